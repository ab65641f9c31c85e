import { createHash } from "node:crypto";
import type * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { type Account, type AccountPromise, isWordOr, ownAccount } from "./account.ts";
import type { Change, HostState } from "./contract.ts";
import { answerIn, asking, binary, running } from "./rabbitmq/command.ts";
import { type HostPromise, HostResource } from "./resource.ts";
import type { Script } from "./sh.ts";

/** Who. Accounts are the whole cluster's. */
export interface QueueAccountKey {
  readonly user: string;
}

/**
 * One key for each virtual host, with what may be configured, written and read there, as three regular
 * expressions: `"permission//": ".* .* .*"`; `^$` is nothing. Others are taken away.
 */
export interface QueueAccountValue extends Account {
  /** Separated by commas: "administrator". */
  readonly tags?: string;
  readonly [permission: `permission/${string}`]: string;
}

const hash = /^[A-Za-z0-9+/]{48}$/;

const value = z
  .object({
    state: z.literal("absent").exactOptional(),
    password: z.string().exactOptional(),
    tags: z.string().transform(inOrder).exactOptional(),
  })
  .catchall(z.string().regex(/^\S+ \S+ \S+$/, 'three expressions: ".* .* .*"'))
  .superRefine(({ state, password, tags, ...permissions }, issues) => {
    const complain = (path: string, message: string) =>
      issues.addIssue({ code: "custom", path: [path], message });
    if (state) {
      const more = { ...permissions, ...(password && { password }), ...(tags && { tags }) };
      for (const name of Object.keys(more))
        complain(name, "an account that is absent has nothing else");
      return;
    }
    if (password === undefined || !isWordOr(hash, password))
      complain("password", "a password is wanted, and goes into `secrets`");
    for (const name of Object.keys(permissions))
      if (!/^permission\/./.test(name)) complain(name, 'a right is written "permission/VHOST"');
  })
  .transform((wish) =>
    "state" in wish ? wish : { tags: "", ...wish },
  ) as unknown as z.ZodType<QueueAccountValue>;

/** What the probe's expression gives. */
interface Seen {
  readonly password: string;
  readonly algorithm: string;
  readonly tags: readonly string[];
  readonly permissions: readonly Record<"vhost" | "configure" | "write" | "read", string>[];
}

const usual = "rabbit_password_hashing_sha256";

/** An account of the host's own RabbitMQ: its password, as a hash, its tags and all its permissions. */
export const queueAccount = {
  kind: "QueueAccount",
  key: z.strictObject({ user: z.string().regex(/^[\w.-]+$/, "letters, digits, _ . and - only") }),
  value,

  probe: ({ user }): Script =>
    asking(`case rabbit_auth_backend_internal:lookup_user(${binary(user)}) of
  {error, not_found} -> null;
  {ok, User} -> #{
    password => base64:encode(internal_user:get_password_hash(User)),
    algorithm => internal_user:get_hashing_algorithm(User),
    tags => internal_user:get_tags(User),
    permissions => [maps:from_list(P) ||
      P <- rabbit_auth_backend_internal:list_user_permissions(${binary(user)})]}
end`),

  parse(stdout): QueueAccountValue | undefined {
    // The shape is the expression's own, a few lines above.
    const seen = answerIn(stdout) as Seen | null;
    if (!seen) return undefined;
    const permissions = seen.permissions.map(({ vhost, configure, write, read }) => [
      `permission/${vhost}`,
      [configure, write, read].map(oneWord).join(" "),
    ]);
    return {
      password: seen.algorithm === usual ? seen.password : `${seen.algorithm} ${seen.password}`,
      tags: inOrder(seen.tags.join(",")),
      ...Object.fromEntries(permissions),
    };
  },

  own: (declared, have) => ownAccount(declared, have),

  held: ({ user }, name, secret) => (name === "password" ? saltedHash(user, secret) : secret),

  converge({ user }, want, have) {
    if (!want || want.state === "absent") {
      const gone = `rabbit_auth_backend_internal:delete_user(${binary(user)}, <<"quintet">>)`;
      return have && have.state !== "absent"
        ? [{ why: `remove the queue's account ${user}`, script: running(gone) }]
        : [];
    }
    const changes: Change[] = [];
    const [wanted, found] = [permissionsOf(want), permissionsOf(have)];
    for (const vhost of Object.keys(found).filter((one) => !(one in wanted))) {
      const clear = `rabbit_auth_backend_internal:clear_permissions(${binary(user)}, ${binary(vhost)}, <<"quintet">>)`;
      const why = `take the permissions on ${vhost} from ${user} (were ${found[vhost]})`;
      changes.push({ why, script: running(clear) });
    }
    const wrong = (["password", "tags"] as const).filter((name) => want[name] !== have?.[name]);
    if (wrong.length > 0) {
      const why = have
        ? `set ${wrong.join(", ")} of the queue's account ${user} (was different)`
        : `make the queue's account ${user} (was absent)`;
      changes.push({ why, script: bring({ users: [userOf(user, want)] }) });
    }
    for (const [vhost, text] of Object.entries(wanted)) {
      if (found[vhost] === text) continue;
      const [configure, write, read] = text.split(" ");
      const why = `let ${user} use ${vhost}: ${text} (was ${found[vhost] ?? "absent"})`;
      const script = bring({ permissions: [{ user, vhost, configure, write, read }] });
      changes.push({ why, script });
    }
    return changes;
  },

  // The whole account, in case that it is not to be there: the value then says no more than that it was.
  keep: (key): Script => queueAccount.probe(key),

  putBack: (key, kept, _found, have): Change[] =>
    queueAccount.converge(key, queueAccount.parse(kept), have),
} satisfies HostState<QueueAccountKey, QueueAccountValue>;

/** Definitions as `rabbitmqctl import_definitions` takes them: what they do not name stays. */
function bring(definitions: object) {
  return running(`rabbit_definitions:import_raw(${binary(JSON.stringify(definitions))})`);
}

function userOf(name: string, { password = "", tags = "" }: QueueAccountValue): object {
  const [hash = "", algorithm = usual] = password.split(" ").reverse();
  const all = tags.split(",").filter((tag) => tag !== "");
  return { name, password_hash: hash, hashing_algorithm: algorithm, tags: all };
}

function permissionsOf(value: QueueAccountValue | undefined): Record<string, string> {
  const all = Object.entries(value ?? {}).filter(([name]) => name.startsWith("permission/"));
  return Object.fromEntries(
    all.map(([name, text]) => [name.slice("permission/".length), String(text)]),
  );
}

// Expressions that mean the same, and hold no blank.
function oneWord(expression: string): string {
  return expression === "" ? "^$" : expression.replaceAll(" ", "\\x20");
}

function inOrder(tags: string): string {
  const all = tags.split(",").map((tag) => tag.trim());
  return all
    .filter((tag) => tag !== "")
    .sort()
    .join(",");
}

/** What RabbitMQ keeps of a password. The salt comes from user and password, and not from chance. */
export function saltedHash(user: string, password: string): string {
  const salt = createHash("sha256").update(`${user}\0${password}`).digest().subarray(0, 4);
  const digest = createHash("sha256").update(salt).update(password).digest();
  return Buffer.concat([salt, digest]).toString("base64");
}

/** An account of a host's RabbitMQ; its password goes into `secrets.password`. */
export class QueueAccount extends HostResource<QueueAccountKey, QueueAccountValue> {
  constructor(
    name: string,
    promise: AccountPromise<QueueAccountKey, QueueAccountValue>,
    options?: pulumi.CustomResourceOptions,
  ) {
    // Its managed keys are all optional to the type; the schema says which are wanted together.
    super(queueAccount, name, promise as HostPromise<QueueAccountKey, QueueAccountValue>, options);
  }
}

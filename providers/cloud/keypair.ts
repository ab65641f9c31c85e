import type * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { Refused } from "../errors.ts";
import type { Answers, CloudState } from "./contract.ts";
import { collection, compute, idOf, named, query, text } from "./found.ts";
import { type CloudPromise, CloudResource } from "./resource.ts";

/** Where: its name among the keys of one user, who alone can use it. */
const key = z.strictObject({
  name: z.string().min(1),
  user: z.string().min(1),
  /** The id of the user's domain. */
  domain: z.string().min(1).default("default"),
});
const value = z.strictObject({
  /** A line as in authorized_keys. The comment at its end says nothing about the key. */
  publicKey: z
    .string()
    .regex(/^\S+ [A-Za-z0-9+/=]+( .*)?\n?$/, "one line as in an .pub file: ssh-ed25519 AAAA...")
    .transform(bare),
});

export type KeypairKey = z.input<typeof key>;
export type KeypairValue = z.infer<typeof value>;

/** A key with which a user logs in to servers. Never overwritten: who holds the old one relies on it. */
export const keypair = {
  kind: "Keypair",
  key,
  value,

  // An administrator may ask for another user's, by id.
  probe: ({ user, domain = "default" }) => ({
    users: collection("users", { name: user, domain_id: domain }),
    keypairs: (known) => {
      const found = named(known, "users", user);
      const path = `/v2.1/os-keypairs${query({ user_id: found?.id ?? "" })}`;
      return found && { service: "compute", path, list: "keypairs" };
    },
  }),

  parse(answers, { name }) {
    const all = (answers.keypairs ?? []) as { keypair: Record<string, unknown> }[];
    const found = all.find(({ keypair }) => keypair.name === name);
    return found && { publicKey: bare(text(found.keypair.public_key)) };
  },

  converge({ name, user }, want, have) {
    const owner = (now: Answers) => idOf(named(now, "users", user), `user ${user}`);
    const whose = `the key ${name} of ${user}`;
    if (!want) {
      const path = (now: Answers) =>
        `os-keypairs/${encodeURIComponent(name)}${query({ user_id: owner(now) })}`;
      const call = (now: Answers) => compute("DELETE", path(now));
      return have ? [{ why: `delete ${whose}`, call }] : [];
    }
    if (!have) {
      const body = (now: Answers) => ({
        keypair: { name, type: "ssh", public_key: want.publicKey, user_id: owner(now) },
      });
      const call = (now: Answers) => compute("POST", "os-keypairs", body(now));
      return [{ why: `give ${user} the key ${name} (was absent)`, call }];
    }
    if (want.publicKey === have.publicKey) return [];
    throw new Refused(
      `${whose} is another one than is promised, and is not overwritten: servers know it by that name.
  wanted: ${want.publicKey}
  found:  ${have.publicKey}
  Next: promise the new key under another name, or take the old one away by hand (openstack keypair delete --user ${user} ${name}) and run again.`,
    );
  },
} satisfies CloudState<KeypairKey, KeypairValue>;

/** A public key without its comment. */
function bare(line: string): string {
  return line.trim().split(/\s+/).slice(0, 2).join(" ");
}

/** A user's key in the cloud behind a controller. */
export class Keypair extends CloudResource<KeypairKey, KeypairValue> {
  constructor(
    name: string,
    promise: CloudPromise<KeypairKey, KeypairValue>,
    options?: pulumi.CustomResourceOptions,
  ) {
    super(keypair, name, promise, options);
  }
}

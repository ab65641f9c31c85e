import type * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { Secret } from "../sh.ts";
import { pick } from "../values.ts";
import type { Answers, CloudState } from "./contract.ts";
import { collection, differing, identity, idOf, named, text } from "./found.ts";
import { type CloudPromise, CloudResource } from "./resource.ts";

/** Where: the name, and the id of its domain. Another name is another user. */
const key = z.strictObject({
  name: z.string().min(1),
  domain: z.string().min(1).default("default"),
});
const value = z.strictObject({
  enabled: z.boolean().default(true),
  email: z.string().min(1).exactOptional(),
  description: z.string().min(1).exactOptional(),
  /** The name of a project in the same domain. */
  defaultProject: z.string().min(1).exactOptional(),
  /** Belongs into the promise's secrets. */
  password: z.string().min(1).exactOptional(),
});

export type UserKey = z.input<typeof key>;
export type UserValue = z.infer<typeof value>;
/** A value as a program gives it: what has a default may be left out. */
export type UserWish = z.input<typeof value>;

// A password can only be tried. One that does not let in is known by this alone; no wish is empty.
const another = "";

/**
 * A user of Keystone. Whether the password holds is learnt by logging in with it. A password that was
 * found and is not known cannot be put back: at destroy a user that was there keeps ours.
 */
export const user = {
  kind: "User",
  key,
  value,

  probe: ({ name, domain = "default" }, declared, { password }) => ({
    users: collection("users", { name, domain_id: domain }),
    ...(declared?.defaultProject !== undefined && {
      projects: collection("projects", { name: declared.defaultProject, domain_id: domain }),
    }),
    // Nobody gets in as a user that is disabled: with or without the right password.
    holds: (known) => {
      const found = named(known, "users", name);
      if (password === undefined || found?.enabled !== true) return undefined;
      return { login: { user: name, domain, password: new Secret(password) } };
    },
  }),

  parse(answers, { name }, declared, { password }) {
    const found = named(answers, "users", name);
    if (!found) return undefined;
    const { enabled, email, description, default_project_id: projectId } = found;
    const wished = declared?.defaultProject;
    const ours = wished !== undefined && named(answers, "projects", wished)?.id === projectId;
    const unknowable = enabled === false && declared?.enabled === false;
    return {
      enabled: enabled !== false,
      ...(text(email) && { email: text(email) }),
      ...(text(description) && { description: text(description) }),
      // Of another project the id has to do: a name would take a question more.
      ...(text(projectId) && { defaultProject: ours ? wished : text(projectId) }),
      ...(password !== undefined && {
        password: answers.holds === true || unknowable ? password : another,
      }),
    };
  },

  own: (declared, have) => pick(have, Object.keys(declared)) as UserValue,

  converge({ name, domain = "default" }, want, have) {
    const here = (now: Answers) => `users/${idOf(named(now, "users", name), `user ${name}`)}`;
    if (!want) {
      const why = `delete the user ${name}`;
      return have ? [{ why, call: (now) => identity("DELETE", here(now)) }] : [];
    }
    const fields = differing(want, have ?? {}).filter((field) => want[field] !== another);
    if (!have) {
      const body = (now: Answers) => ({ name, domain_id: domain, ...sent(want, fields, now) });
      const call = (now: Answers) => identity("POST", "users", { user: body(now) });
      return [{ why: `create the user ${name} (was absent)`, call }];
    }
    if (fields.length === 0) return [];
    const old = fields.map((field) => `${field} (was ${was(have, field)})`).join(", ");
    const call = (now: Answers) => identity("PATCH", here(now), { user: sent(want, fields, now) });
    return [{ why: `set of the user ${name}: ${old}`, call }];
  },
} satisfies CloudState<UserKey, UserValue>;

function was(have: UserValue, field: keyof UserValue): string {
  if (field === "password") return "another";
  return have[field] === undefined ? "absent" : JSON.stringify(have[field]);
}

/** The wanted fields as the API calls them; null takes one away. */
function sent(want: UserValue, fields: readonly (keyof UserValue)[], now: Answers): object {
  const part = ([field, wish]: [string, unknown]): [string, unknown] => {
    if (field === "password") return [field, new Secret(String(wish))];
    if (field !== "defaultProject") return [field, wish ?? null];
    return ["default_project_id", wish === undefined ? null : projectId(String(wish), now)];
  };
  return Object.fromEntries(fields.map((field) => part([field, want[field]])));
}

/** By name; or by id, as it was found before us. */
function projectId(wish: string, now: Answers): string {
  const isId = /^[0-9a-f]{32}$/.test(wish);
  return isId ? wish : idOf(named(now, "projects", wish), `project ${wish}`);
}

/** A user in the cloud behind a controller. Give `password` among the promise's secrets. */
export class User extends CloudResource<UserKey, UserValue, UserWish> {
  constructor(
    name: string,
    promise: CloudPromise<UserKey, UserWish>,
    options?: pulumi.CustomResourceOptions,
  ) {
    super(user, name, promise, options);
  }
}

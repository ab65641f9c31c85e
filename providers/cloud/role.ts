import type * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import type { Answers, CloudState } from "./contract.ts";
import { collection, differing, identity, idOf, named, text } from "./found.ts";
import { type CloudPromise, CloudResource } from "./resource.ts";

/** Where: its name, among the roles that belong to no domain. */
const key = z.strictObject({ name: z.string().min(1) });
const value = z.strictObject({ description: z.string().default("") });

export type RoleKey = z.infer<typeof key>;
export type RoleValue = z.infer<typeof value>;
/** A value as a program gives it: what has a default may be left out. */
export type RoleWish = z.input<typeof value>;

/** A role of Keystone. Destroy deletes only one that was not there before, with its assignments. */
export const role = {
  kind: "Role",
  key,
  value,

  // Keystone has few roles, and assignments ask for the same list.
  probe: () => ({ roles: collection("roles") }),

  parse(answers, { name }) {
    const found = named(answers, "roles", name);
    return found && { description: text(found.description) };
  },

  converge({ name }, want, have) {
    const here = (now: Answers) => `roles/${idOf(named(now, "roles", name), `role ${name}`)}`;
    if (!want) {
      const why = `delete the role ${name}`;
      return have ? [{ why, call: (now) => identity("DELETE", here(now)) }] : [];
    }
    if (!have) {
      const why = `create the role ${name} (was absent)`;
      return [{ why, call: () => identity("POST", "roles", { role: { name, ...want } }) }];
    }
    return differing(want, have).map((field) => ({
      why: `set ${field} of the role ${name} (was ${JSON.stringify(have[field])})`,
      call: (now) => identity("PATCH", here(now), { role: { [field]: want[field] } }),
    }));
  },
} satisfies CloudState<RoleKey, RoleValue>;

/** A role in the cloud behind a controller. */
export class Role extends CloudResource<RoleKey, RoleValue, RoleWish> {
  constructor(
    name: string,
    promise: CloudPromise<RoleKey, RoleWish>,
    options?: pulumi.CustomResourceOptions,
  ) {
    super(role, name, promise, options);
  }
}

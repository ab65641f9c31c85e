import type * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import type { Answers, CloudState } from "./contract.ts";
import { collection, identity, idOf, items, named } from "./found.ts";
import { type CloudPromise, CloudResource } from "./resource.ts";

/** Where: which user may act in which project as what. User and project are of one domain. */
const key = z.strictObject({
  user: z.string().min(1),
  project: z.string().min(1),
  role: z.string().min(1),
  domain: z.string().min(1).default("default"),
});
const value = z.strictObject({ assigned: z.literal(true).default(true) });

export type RoleAssignmentKey = z.input<typeof key>;
export type RoleAssignmentValue = z.infer<typeof value>;
/** A value as a program gives it: what has a default may be left out. */
export type RoleAssignmentWish = z.input<typeof value>;

/** A role that a user has in a project. */
export const roleAssignment = {
  kind: "RoleAssignment",
  key,
  value,

  probe: ({ user, project, domain = "default" }) => ({
    users: collection("users", { name: user, domain_id: domain }),
    projects: collection("projects", { name: project, domain_id: domain }),
    roles: collection("roles"),
    // All of a project in one list, which serves the promises about its other users as well.
    role_assignments: (known) => {
      const found = named(known, "projects", project);
      return found && collection("role_assignments", { "scope.project.id": found.id });
    },
  }),

  parse(answers, { user, project, role }) {
    const [userId, roleId] = [named(answers, "users", user)?.id, named(answers, "roles", role)?.id];
    if (!named(answers, "projects", project) || !userId || !roleId) return undefined;
    const assigned = items(answers, "role_assignments").some(
      (one) => referred(one.user) === userId && referred(one.role) === roleId && !isInherited(one),
    );
    return assigned ? { assigned: true } : undefined;
  },

  converge({ user, project, role }, want, have) {
    if ((want === undefined) === (have === undefined)) return [];
    const here = (now: Answers) => {
      const projectId = idOf(named(now, "projects", project), `project ${project}`);
      const userId = idOf(named(now, "users", user), `user ${user}`);
      const roleId = idOf(named(now, "roles", role), `role ${role}`);
      return `projects/${projectId}/users/${userId}/roles/${roleId}`;
    };
    const who = `the role ${role} in the project ${project}`;
    return want
      ? [{ why: `give ${user} ${who} (was absent)`, call: (now) => identity("PUT", here(now)) }]
      : [{ why: `take from ${user} ${who}`, call: (now) => identity("DELETE", here(now)) }];
  },
} satisfies CloudState<RoleAssignmentKey, RoleAssignmentValue>;

function referred(part: unknown): unknown {
  return (part as { id?: unknown } | undefined)?.id;
}

/** Inherited ones hold in the projects below, not in this one. */
function isInherited({ scope }: Readonly<Record<string, unknown>>): boolean {
  return Object.keys(scope ?? {}).some((key) => key.includes("inherited_to"));
}

/** A role that a user has in a project of the cloud behind a controller. */
export class RoleAssignment extends CloudResource<
  RoleAssignmentKey,
  RoleAssignmentValue,
  RoleAssignmentWish
> {
  constructor(
    name: string,
    promise: CloudPromise<RoleAssignmentKey, RoleAssignmentWish>,
    options?: pulumi.CustomResourceOptions,
  ) {
    super(roleAssignment, name, promise, options);
  }
}

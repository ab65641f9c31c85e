import {
  type RoleAssignmentKey,
  type RoleAssignmentValue,
  roleAssignment,
} from "../../../providers/cloud/role-assignment.ts";
import { sh } from "../../../providers/sh.ts";
import type { Fixture } from "../../laws.ts";
import { forget, make, send } from "./as-admin.ts";
import { keystonePlace } from "./keystone-place.ts";

const assign = (role: string) => sh`/root/as-admin assign laws admin ${role}`;

const bring = sh`set -e
${make("users", { user: { name: "laws", domain_id: "default" } })}
${assign("reader")}`;

export const fixture: Fixture<RoleAssignmentKey, RoleAssignmentValue> = {
  ...keystonePlace,
  state: roleAssignment,
  key: () => ({ user: "laws", project: "admin", role: "member" }),
  // There is one value; being updated to itself changes nothing.
  wants: () => [{ assigned: true }, { assigned: true }],
  befores: () => ({
    "another role": bring,
    "that role": sh`${bring}
${assign("member")}`,
  }),
  others: () => ({
    make: assign("admin"),
    see: sh`${send("GET", "/v3/role_assignments?user.id=<users/laws>&role.id=<roles/admin>")} |
  grep -o '"role": {[^}]*}'`,
  }),
  cleanUp: () => forget("users/laws"),
};

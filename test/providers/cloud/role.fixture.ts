import { type RoleKey, type RoleValue, role } from "../../../providers/cloud/role.ts";
import { sh } from "../../../providers/sh.ts";
import type { Fixture } from "../../laws.ts";
import { forget, make } from "./as-admin.ts";
import { keystonePlace } from "./keystone-place.ts";

export const fixture: Fixture<RoleKey, RoleValue> = {
  ...keystonePlace,
  state: role,
  key: () => ({ name: "laws" }),
  wants: () => [{ description: "made by the laws" }, { description: "" }],
  befores: () => ({
    "no role": sh`:`,
    "one of that name": make("roles", { role: { name: "laws", description: "somebody's" } }),
  }),
  others: () => ({
    make: make("roles", { role: { name: "others" } }),
    see: sh`/root/as-admin id roles others`,
  }),
  cleanUp: () => forget("roles/laws", "roles/others"),
};

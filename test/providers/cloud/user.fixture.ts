import { type UserKey, type UserValue, user } from "../../../providers/cloud/user.ts";
import { sh } from "../../../providers/sh.ts";
import type { Fixture } from "../../laws.ts";
import { forget, make } from "./as-admin.ts";
import { keystonePlace } from "./keystone-place.ts";

const found = { name: "laws", domain_id: "default", description: "somebody's" };

export const fixture: Fixture<UserKey, UserValue> = {
  ...keystonePlace,
  state: user,
  key: () => ({ name: "laws" }),
  wants: () => [
    {
      enabled: true,
      email: "laws@example.org",
      description: "made by the laws",
      defaultProject: "admin",
      password: 'p\'ass "wörd"',
    },
    { enabled: true, email: "other@example.org", password: "another one" },
  ],
  secrets: ["password"],
  befores: () => ({
    "no user": sh`:`,
    "one of that name, disabled": make("users", { user: { ...found, enabled: false } }),
    "one with that password": make("users", { user: { ...found, password: 'p\'ass "wörd"' } }),
  }),
  others: () => ({
    make: make("users", { user: { name: "others", domain_id: "default" } }),
    see: sh`/root/as-admin id users others`,
  }),
  cleanUp: () => forget("users/laws", "users/others"),
};

import { type ProjectKey, type ProjectValue, project } from "../../../providers/cloud/project.ts";
import { sh } from "../../../providers/sh.ts";
import type { Fixture } from "../../laws.ts";
import { forget, make } from "./as-admin.ts";
import { keystonePlace } from "./keystone-place.ts";

export const fixture: Fixture<ProjectKey, ProjectValue> = {
  ...keystonePlace,
  state: project,
  key: () => ({ name: "laws" }),
  wants: () => [
    { description: "made by the laws", enabled: true },
    { description: "", enabled: false },
  ],
  befores: () => ({
    "no project": sh`:`,
    "another one of that name": make("projects", {
      project: { name: "laws", domain_id: "default", description: "somebody's", enabled: false },
    }),
  }),
  others: () => ({
    make: make("projects", { project: { name: "others", domain_id: "default" } }),
    see: sh`/root/as-admin id projects others`,
  }),
  cleanUp: () => forget("projects/laws", "projects/others"),
};

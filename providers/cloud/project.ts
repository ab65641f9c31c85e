import type * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import type { Answers, CloudState } from "./contract.ts";
import { collection, differing, identity, idOf, named, text } from "./found.ts";
import { type CloudPromise, CloudResource } from "./resource.ts";

/** Where: its name, and the id of its domain. Another name is another project. */
const key = z.strictObject({
  name: z.string().min(1),
  domain: z.string().min(1).default("default"),
});
const value = z.strictObject({
  description: z.string().default(""),
  enabled: z.boolean().default(true),
});

export type ProjectKey = z.input<typeof key>;
export type ProjectValue = z.infer<typeof value>;
/** A value as a program gives it: what has a default may be left out. */
export type ProjectWish = z.input<typeof value>;

/** A project of Keystone. Destroy deletes only one that was not there before, with its assignments. */
export const project = {
  kind: "Project",
  key,
  value,

  probe: ({ name, domain = "default" }) => ({
    projects: collection("projects", { name, domain_id: domain }),
  }),

  parse(answers, { name }) {
    const found = named(answers, "projects", name);
    return found && { description: text(found.description), enabled: found.enabled !== false };
  },

  converge({ name, domain = "default" }, want, have) {
    const here = (now: Answers) =>
      `projects/${idOf(named(now, "projects", name), `project ${name}`)}`;
    if (!want) {
      const why = `delete the project ${name}`;
      return have ? [{ why, call: (now) => identity("DELETE", here(now)) }] : [];
    }
    if (!have) {
      const body = { project: { name, domain_id: domain, ...want } };
      const why = `create the project ${name} (was absent)`;
      return [{ why, call: () => identity("POST", "projects", body) }];
    }
    return differing(want, have).map((field) => ({
      why: `set ${field} of the project ${name} (was ${JSON.stringify(have[field])})`,
      call: (now) => identity("PATCH", here(now), { project: { [field]: want[field] } }),
    }));
  },
} satisfies CloudState<ProjectKey, ProjectValue>;

/** A project in the cloud behind a controller. */
export class Project extends CloudResource<ProjectKey, ProjectValue, ProjectWish> {
  constructor(
    name: string,
    promise: CloudPromise<ProjectKey, ProjectWish>,
    options?: pulumi.CustomResourceOptions,
  ) {
    super(project, name, promise, options);
  }
}

import type * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { pick } from "../values.ts";
import type { Answers, CloudState, Get } from "./contract.ts";
import {
  compute,
  differing,
  idOf,
  named,
  networking,
  ofItsProject,
  ofProject,
  projects,
} from "./found.ts";
import { type CloudPromise, CloudResource } from "./resource.ts";

/** Where: which project. */
const key = z.strictObject(ofProject);
export type QuotaKey = z.input<typeof key>;

/** How much of each a project may have, by the service that counts it; -1 is no limit. */
export type QuotaValue = Readonly<Record<`compute/${string}` | `network/${string}`, number>>;

const value = z.record(
  z.string().regex(/^(compute|network)\/[a-z_]+$/, 'a limit is written "compute/cores"'),
  z.int().min(-1),
) as unknown as z.ZodType<QuotaValue>;

// What each service answers, and takes, in.
const services = {
  compute: { path: (id: string) => `os-quota-sets/${id}`, root: "/v2.1", part: "quota_set" },
  network: { path: (id: string) => `quotas/${id}`, root: "/v2.0", part: "quota" },
} as const;
type Service = keyof typeof services;
const names = ["compute", "network"] as const;

/** What a project may use up. What nobody declares is the cloud's own default. */
export const quota = {
  kind: "Quota",
  key,
  value,

  probe: (at, declared) => ({
    projects: projects(at),
    ...Object.fromEntries(
      names
        .filter((service) => of(service, declared ?? {}).length > 0)
        .map((service) => [service, ofItsProject(at.project, (id) => question(service, id))]),
    ),
  }),

  parse(answers, { project }) {
    if (!named(answers, "projects", project)) return undefined;
    return Object.fromEntries(names.flatMap((service) => limits(service, answers)));
  },

  own: (declared, have) => pick(have, Object.keys(declared)) as QuotaValue,

  converge({ project }, want, have) {
    // A project has its limits as long as it is there.
    const wanted = differing<Partial<QuotaValue>>(want ?? {}, have ?? {}).filter(
      (limit) => want?.[limit] !== undefined,
    );
    return names
      .map((service) => ({ service, edits: of(service, pick(want ?? {}, wanted)) }))
      .filter(({ edits }) => edits.length > 0)
      .map(({ service, edits }) => {
        const was = (name: string) => have?.[`${service}/${name}`] ?? "unknown";
        const old = edits.map(([name]) => `${name} (was ${was(name)})`).join(", ");
        return {
          why: `limit what ${project} may use of ${service}: ${old}`,
          call: (now: Answers) => put(service, now, project, Object.fromEntries(edits)),
        };
      });
  },
} satisfies CloudState<QuotaKey, QuotaValue>;

/** The limits of one service, by its own names. */
function of(service: Service, value: object): [string, unknown][] {
  return Object.entries(value)
    .filter(([name]) => name.startsWith(`${service}/`))
    .map(([name, limit]) => [name.slice(service.length + 1), limit]);
}

function question(service: Service, id: string): Get {
  const { root, path } = services[service];
  return { service, path: `${root}/${path(id)}` };
}

function limits(service: Service, answers: Answers): [string, number][] {
  const answer = answers[service] as Record<string, Record<string, unknown>> | undefined;
  const all = Object.entries(answer?.[services[service].part] ?? {});
  return all.flatMap(([name, limit]) =>
    typeof limit === "number" ? [[`${service}/${name}`, limit] as [string, number]] : [],
  );
}

function put(service: Service, now: Answers, project: string, edits: object) {
  const { path, part } = services[service];
  const id = idOf(named(now, "projects", project), `project ${project}`);
  const request = service === "compute" ? compute : networking;
  return request("PUT", path(id), { [part]: edits });
}

/** What a project may use up of the cloud behind a controller. */
export class Quota extends CloudResource<QuotaKey, QuotaValue> {
  constructor(
    name: string,
    promise: CloudPromise<QuotaKey, QuotaValue>,
    options?: pulumi.CustomResourceOptions,
  ) {
    super(quota, name, promise, options);
  }
}

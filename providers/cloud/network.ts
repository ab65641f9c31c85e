import type * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { Refused } from "../errors.ts";
import { pick } from "../values.ts";
import type { Answers, CloudState } from "./contract.ts";
import { differing, idOf, inNetworking, named, networking, ofProject, projects } from "./found.ts";
import { type CloudPromise, CloudResource } from "./resource.ts";

/** Where: its name, among the networks of one project. */
const key = z.strictObject({ name: z.string().min(1), ...ofProject });
const value = z.strictObject({
  /** How its frames travel between hosts: "flat" is as they are. It can't be changed later. */
  type: z.string().min(1).default("flat"),
  /** What Neutron's config on the hosts calls the wire. It can't be changed later. */
  physicalNetwork: z.string().min(1).exactOptional(),
  /** Whether every project may use it. */
  shared: z.boolean().default(false),
  /** Whether it leads out of the cloud. */
  external: z.boolean().default(false),
  mtu: z.int().min(68).exactOptional(),
});

export type NetworkKey = z.input<typeof key>;
export type NetworkValue = z.infer<typeof value>;
/** A value as a program gives it: what has a default may be left out. */
export type NetworkWish = z.input<typeof value>;

/** What Neutron calls each. */
const fields = {
  type: "provider:network_type",
  physicalNetwork: "provider:physical_network",
  shared: "shared",
  external: "router:external",
  mtu: "mtu",
} as const;
type Field = keyof typeof fields;
const fixed: readonly Field[] = ["type", "physicalNetwork"];

/** A network of Neutron. Neutron refuses to delete one on which there are servers. */
export const network = {
  kind: "Network",
  key,
  value,

  probe: (at) => ({
    projects: projects(at),
    networks: inNetworking(at.project, "networks"),
  }),

  parse(answers, { name }) {
    const found = named(answers, "networks", name);
    if (!found) return undefined;
    const all = Object.entries(fields).map(([field, theirs]) => [field, found[theirs]]);
    // What a schema has made canonical comes back as it was sent; null is what there is not.
    return Object.fromEntries(all.filter(([, live]) => live !== null)) as NetworkValue;
  },

  own: (declared, have) => pick(have, Object.keys(declared)) as NetworkValue,

  converge({ name, project }, want, have) {
    const here = (now: Answers) =>
      `networks/${idOf(named(now, "networks", name), `network ${name} of ${project}`)}`;
    if (!want) {
      const why = `delete the network ${name}`;
      return have ? [{ why, call: (now) => networking("DELETE", here(now)) }] : [];
    }
    if (!have) {
      const body = (now: Answers) => ({
        network: {
          name,
          project_id: idOf(named(now, "projects", project), `project ${project}`),
          ...sent(want, Object.keys(fields) as Field[]),
        },
      });
      const call = (now: Answers) => networking("POST", "networks", body(now));
      return [{ why: `create the network ${name} (was absent)`, call }];
    }
    // There is no taking away: each of these has some value.
    const edits = differing(want, have).filter((field) => want[field] !== undefined);
    if (edits.some((field) => fixed.includes(field))) throw elsewhere(name, want, have);
    return edits.map((field) => ({
      why: `set ${field} of the network ${name} (was ${have[field]})`,
      call: (now) => networking("PUT", here(now), { network: sent(want, [field]) }),
    }));
  },
} satisfies CloudState<NetworkKey, NetworkValue>;

function sent(want: NetworkValue, which: readonly Field[]): object {
  const wanted = which.filter((field) => want[field] !== undefined);
  return Object.fromEntries(wanted.map((field) => [fields[field], want[field]]));
}

function elsewhere(name: string, want: NetworkValue, have: NetworkValue): Refused {
  const way = (one: NetworkValue) => `${one.type} on ${one.physicalNetwork ?? "no wire"}`;
  return new Refused(
    `the network ${name} takes another way than is promised, and Neutron cannot move it.
  wanted: ${way(want)}
  found:  ${way(have)}
  Next: promise a network of another name and move the servers' ports to it, or promise what is there.`,
  );
}

/** A network in the cloud behind a controller. */
export class Network extends CloudResource<NetworkKey, NetworkValue, NetworkWish> {
  constructor(
    name: string,
    promise: CloudPromise<NetworkKey, NetworkWish>,
    options?: pulumi.CustomResourceOptions,
  ) {
    super(network, name, promise, options);
  }
}

import type * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { Refused } from "../errors.ts";
import { pick } from "../values.ts";
import type { Answers, CloudState } from "./contract.ts";
import {
  differing,
  type Item,
  idOf,
  inNetworking,
  named,
  networking,
  ofProject,
  projects,
  text,
} from "./found.ts";
import { type CloudPromise, CloudResource } from "./resource.ts";

/** Where: its name, in a network that is known by its name among those of one project. */
const key = z.strictObject({
  name: z.string().min(1),
  network: z.string().min(1),
  ...ofProject,
});
const value = z.strictObject({
  /** All its addresses: "10.0.0.0/24". They can't be changed later. */
  cidr: z.string().regex(/^[0-9a-f.:]+\/\d+$/, 'an address and a length: "10.0.0.0/24"'),
  /** Where servers send what leaves it; "none" for nowhere, left out for Neutron's own choice. */
  gateway: z.string().min(1).exactOptional(),
  /** Of which servers get theirs: "10.0.0.100-10.0.0.200". Left out: all that is free. */
  pools: z
    .array(z.string().regex(/^[0-9a-f.:]+-[0-9a-f.:]+$/, "the first and the last: FIRST-LAST"))
    .transform((pools) => pools.toSorted())
    .exactOptional(),
  /** Name servers, in the order in which servers ask them. */
  dns: z.array(z.string().min(1)).default([]),
  dhcp: z.boolean().default(true),
});

export type SubnetKey = z.input<typeof key>;
export type SubnetValue = z.infer<typeof value>;
/** A value as a program gives it: what has a default may be left out. */
export type SubnetWish = z.input<typeof value>;

const none = "none";

/** The addresses in a network. Neutron refuses to delete them while a server has one. */
export const subnet = {
  kind: "Subnet",
  key,
  value,

  probe: (at) => ({
    projects: projects(at),
    networks: inNetworking(at.project, "networks"),
    // Of whichever project: one network's names are looked through together.
    subnets: (known) => {
      const found = named(known, "networks", at.network);
      const path = `/v2.0/subnets?network_id=${found?.id}`;
      return found && { service: "network", path, list: "subnets" };
    },
  }),

  parse(answers, { name }) {
    const found = named(answers, "subnets", name);
    if (!found) return undefined;
    return {
      cidr: text(found.cidr),
      gateway: text(found.gateway_ip) || none,
      pools: poolsOf(found),
      // The schema of Neutron's answers says so.
      dns: found.dns_nameservers as string[],
      dhcp: found.enable_dhcp === true,
    };
  },

  own: (declared, have) => pick(have, Object.keys(declared)) as SubnetValue,

  converge({ name, network, project }, want, have) {
    const here = (now: Answers) =>
      `subnets/${idOf(named(now, "subnets", name), `subnet ${name} of ${network}`)}`;
    if (!want) {
      const why = `delete the subnet ${name} of ${network}`;
      return have ? [{ why, call: (now) => networking("DELETE", here(now)) }] : [];
    }
    if (!have) {
      const subnet = (now: Answers) => ({
        name,
        network_id: idOf(named(now, "networks", network), `network ${network} of ${project}`),
        project_id: idOf(named(now, "projects", project), `project ${project}`),
        cidr: want.cidr,
        ip_version: want.cidr.includes(":") ? 6 : 4,
        ...sent(want),
      });
      const call = (now: Answers) => networking("POST", "subnets", { subnet: subnet(now) });
      return [{ why: `create the subnet ${name} of ${network} (was absent)`, call }];
    }
    // There is no taking away: each of these has some value.
    const edits = differing(want, have).filter((field) => want[field] !== undefined);
    if (edits.includes("cidr")) throw otherAddresses(name, want, have);
    if (edits.length === 0) return [];
    // All at once: a gateway is judged by the pools, and the pools by the gateway.
    const body = { subnet: sent(pick(want, edits)) };
    const old = edits.map((field) => `${field} (was ${have[field]})`).join(", ");
    const call = (now: Answers) => networking("PUT", here(now), body);
    return [{ why: `set of the subnet ${name} of ${network}: ${old}`, call }];
  },
} satisfies CloudState<SubnetKey, SubnetValue>;

function poolsOf(found: Item): string[] {
  const pools = found.allocation_pools as { start: string; end: string }[];
  return pools.map(({ start, end }) => `${start}-${end}`).toSorted();
}

function sent({ gateway, pools, dns, dhcp }: Partial<SubnetValue>): object {
  const ranges = pools?.map((pool) => pool.split("-")).map(([start, end]) => ({ start, end }));
  return {
    ...(gateway !== undefined && { gateway_ip: gateway === none ? null : gateway }),
    ...(ranges && { allocation_pools: ranges }),
    ...(dns && { dns_nameservers: dns }),
    ...(dhcp !== undefined && { enable_dhcp: dhcp }),
  };
}

function otherAddresses(name: string, want: SubnetValue, have: SubnetValue): Refused {
  return new Refused(
    `the subnet ${name} has other addresses than are promised, and Neutron cannot change them.
  wanted: ${want.cidr}
  found:  ${have.cidr}
  Next: promise a subnet of another name beside it and move the servers' ports, or promise what is there.`,
  );
}

/** The addresses of a network in the cloud behind a controller. */
export class Subnet extends CloudResource<SubnetKey, SubnetValue, SubnetWish> {
  constructor(
    name: string,
    promise: CloudPromise<SubnetKey, SubnetWish>,
    options?: pulumi.CustomResourceOptions,
  ) {
    super(subnet, name, promise, options);
  }
}

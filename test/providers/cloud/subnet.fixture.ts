import { type SubnetKey, type SubnetValue, subnet } from "../../../providers/cloud/subnet.ts";
import { sh } from "../../../providers/sh.ts";
import type { Fixture } from "../../laws.ts";
import { forget, make } from "./as-admin.ts";
import { neutronPlace } from "./service-places.ts";

const network = make("v2.0/networks", {
  network: {
    name: "laws",
    "provider:network_type": "flat",
    "provider:physical_network": "laws",
  },
});
const theirs = (name: string, cidr: string) =>
  make("v2.0/subnets", {
    subnet: {
      name,
      network_id: "<v2.0/networks/laws>",
      cidr,
      ip_version: 4,
      dns_nameservers: ["10.9.0.9"],
    },
  });

export const fixture: Fixture<SubnetKey, SubnetValue> = {
  ...neutronPlace,
  state: subnet,
  key: () => ({ name: "laws", network: "laws", project: "admin" }),
  wants: () => [
    {
      cidr: "10.9.0.0/24",
      gateway: "10.9.0.1",
      pools: ["10.9.0.100-10.9.0.200"],
      dns: ["10.9.0.3", "10.9.0.2"],
      dhcp: true,
    },
    {
      cidr: "10.9.0.0/24",
      gateway: "none",
      pools: ["10.9.0.10-10.9.0.19", "10.9.0.30-10.9.0.39"],
      dns: [],
      dhcp: false,
    },
  ],
  befores: () => ({
    "no subnet": network,
    "one of that name": sh`set -e
${network}
${theirs("laws", "10.9.0.0/24")}`,
  }),
  others: () => ({
    make: theirs("others", "10.9.1.0/24"),
    see: sh`/root/as-admin id v2.0/subnets others`,
  }),
  cleanUp: () => forget("v2.0/networks/laws"),
};

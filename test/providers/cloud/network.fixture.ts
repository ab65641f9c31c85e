import { type NetworkKey, type NetworkValue, network } from "../../../providers/cloud/network.ts";
import { sh } from "../../../providers/sh.ts";
import type { Fixture } from "../../laws.ts";
import { forget, make } from "./as-admin.ts";
import { neutronPlace } from "./service-places.ts";

const theirs = (name: string, more: object) =>
  make("v2.0/networks", { network: { name, ...more } });
const flat = {
  "provider:network_type": "flat",
  "provider:physical_network": "laws",
};

export const fixture: Fixture<NetworkKey, NetworkValue> = {
  ...neutronPlace,
  state: network,
  key: () => ({ name: "laws", project: "admin" }),
  wants: () => [
    { type: "flat", physicalNetwork: "laws", shared: false, external: false, mtu: 1400 },
    { type: "flat", physicalNetwork: "laws", shared: true, external: true },
  ],
  befores: () => ({
    "no network": sh`:`,
    "one of that name, shared": theirs("laws", { ...flat, shared: true, mtu: 1300 }),
  }),
  others: () => ({
    make: theirs("others", { ...flat, "provider:physical_network": "others" }),
    see: sh`/root/as-admin id v2.0/networks others`,
  }),
  cleanUp: () => forget("v2.0/networks/laws", "v2.0/networks/others"),
};

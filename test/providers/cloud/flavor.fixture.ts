import { type FlavorKey, type FlavorValue, flavor } from "../../../providers/cloud/flavor.ts";
import { sh } from "../../../providers/sh.ts";
import type { Fixture } from "../../laws.ts";
import { forget, make, send } from "./as-admin.ts";
import { novaPlace } from "./service-places.ts";

const made = (name: string) =>
  make("v2.1/flavors", { flavor: { name, vcpus: 4, ram: 1024, disk: 10, swap: 64 } });

// A private one is in no list that is not asked for it.
const all = "v2.1/flavors?is_public=None";

export const fixture: Fixture<FlavorKey, FlavorValue> = {
  ...novaPlace,
  state: flavor,
  key: () => ({ name: "laws" }),
  wants: () => [
    {
      vcpus: 1,
      ram: 256,
      disk: 1,
      public: true,
      ephemeral: 0,
      swap: 0,
      "extra/hw:cpu_policy": "shared",
      "extra/laws:one": "made by the laws",
    },
    {
      vcpus: 2,
      ram: 256,
      disk: 1,
      public: false,
      ephemeral: 1,
      swap: 0,
      "extra/hw:cpu_policy": "dedicated",
    },
  ],
  befores: () => ({
    "no flavor": sh`:`,
    "one of that name, with a spec": sh`set -e
${made("laws")}
${send("POST", "/v2.1/flavors/<v2.1/flavors/laws>/os-extra_specs", { extra_specs: { "laws:theirs": "yes" } })}`,
  }),
  others: () => ({ make: made("others"), see: sh`/root/as-admin id v2.1/flavors others` }),
  cleanUp: () => forget(`${all}/laws`, `${all}/others`),
};

import {
  type CloudServiceKey,
  type CloudServiceValue,
  cloudService,
} from "../../../providers/cloud/cloud-service.ts";
import { sh } from "../../../providers/sh.ts";
import type { Fixture } from "../../laws.ts";
import { forget, make, send } from "./as-admin.ts";
import { keystonePlace } from "./keystone-place.ts";

const somebodys = sh`set -e
${make("services", { service: { name: "laws", type: "laws", description: "somebody's" } })}
${endpoint("RegionOne", "http://somebody")}`;

function endpoint(region_id: string, url: string) {
  const place = { service_id: "<services/laws>", interface: "public", region_id };
  return make("endpoints", { endpoint: { ...place, url } });
}

export const fixture: Fixture<CloudServiceKey, CloudServiceValue> = {
  ...keystonePlace,
  state: cloudService,
  key: () => ({ type: "laws" }),
  wants: () => [
    {
      name: "laws",
      description: "made by the laws",
      enabled: true,
      "endpoint/public": "http://controller:1",
      "endpoint/internal": "http://controller:1/v2",
    },
    {
      name: "laws",
      description: "",
      enabled: true,
      "endpoint/internal": "http://controller:2",
      "endpoint/admin": "http://controller:3",
    },
  ],
  befores: () => ({ "no service": sh`:`, "one of that type": somebodys }),
  // An endpoint of the same service, in another region.
  others: () => ({
    make: sh`${send("PUT", "/v3/regions/elsewhere", { region: {} })}
${endpoint("elsewhere", "http://others")}`,
    see: sh`/root/as-admin GET /v3/endpoints?region_id=elsewhere`,
  }),
  cleanUp: () => sh`${forget("services/laws")}
${send("DELETE", "/v3/regions/elsewhere")} 2>/dev/null || true`,
};

import {
  type CloudServiceKey,
  type CloudServiceValue,
  cloudService,
} from "../../../providers/cloud/cloud-service.ts";
import { sh } from "../../../providers/sh.ts";
import type { Fixture } from "../../laws.ts";
import { forget, keystonePlace, make } from "./keystone-place.ts";

const somebodys = sh`set -e
${make("services", { service: { name: "laws", type: "laws", description: "somebody's" } })}
id=$(python3 /root/as-admin id services laws)
python3 /root/as-admin POST /v3/endpoints "{\\"endpoint\\": {\\"service_id\\": \\"$id\\", \\"interface\\": \\"public\\", \\"region_id\\": \\"RegionOne\\", \\"url\\": \\"http://somebody\\"}}"`;

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
    make: sh`id=$(python3 /root/as-admin id services laws)
python3 /root/as-admin PUT /v3/regions/elsewhere '{"region": {}}'
python3 /root/as-admin POST /v3/endpoints "{\\"endpoint\\": {\\"service_id\\": \\"$id\\", \\"interface\\": \\"public\\", \\"region_id\\": \\"elsewhere\\", \\"url\\": \\"http://others\\"}}"`,
    see: sh`python3 /root/as-admin GET /v3/endpoints?region_id=elsewhere`,
  }),
  cleanUp: () => sh`${forget("services/laws")}
python3 /root/as-admin DELETE /v3/regions/elsewhere 2>/dev/null || true`,
};

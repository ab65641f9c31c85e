import {
  type ComputeServiceKey,
  type ComputeServiceValue,
  computeService,
} from "../../../providers/cloud/compute-service.ts";
import { sh } from "../../../providers/sh.ts";
import type { Fixture } from "../../laws.ts";
import { send } from "./as-admin.ts";
import { novaPlace } from "./service-places.ts";

// No nova-compute reports here: what one would have written is written into Nova's own database.
const reported = `
import sqlite3, sys, uuid
api = sqlite3.connect("/var/lib/nova/laws-api.sqlite")
cell = "10000000-0000-4000-8000-000000000001"
if not api.execute("select 1 from cell_mappings where uuid = ?", (cell,)).fetchone():
    api.execute("insert into cell_mappings (uuid, name, transport_url, database_connection, disabled) values (?, 'laws', 'fake:', 'sqlite:////var/lib/nova/laws.sqlite', 0)", (cell,))
    api.commit()
nova = sqlite3.connect("/var/lib/nova/laws.sqlite", timeout=20)
nova.execute("delete from services")
for host, disabled, dead in [one.split(",") for one in sys.argv[1:]]:
    nova.execute("insert into services (host, binary, topic, report_count, disabled, forced_down, deleted, version, uuid) values (?, 'nova-compute', 'compute', 1, ?, ?, 0, 100, ?)", (host, int(disabled), int(dead), str(uuid.uuid4())))
nova.commit()
`;
const hosts = (...rows: readonly string[]) => sh`python3 -c ${reported} ${rows}`;
const services = "/v2.1/os-services?binary=nova-compute";

export const fixture: Fixture<ComputeServiceKey, ComputeServiceValue> = {
  ...novaPlace,
  state: computeService,
  key: () => ({ host: "laws" }),
  // There is one value; being updated to itself changes nothing.
  wants: () => [{ takesServers: true }, { takesServers: true }],
  befores: () => ({
    "one that was never let in": hosts("laws,1,0", "others,0,0"),
    "one that takes servers": hosts("laws,0,0", "others,0,0"),
  }),
  picture: () => sh`${send("GET", services)} | python3 -c ${`
import json, sys
print(sorted((one["host"], one["status"], one["forced_down"]) for one in json.load(sys.stdin)["services"]))
`}
ls -A /var/lib/quintet 2>/dev/null || true`,
  others: () => ({
    make: hosts("laws,0,0", "others,1,0"),
    see: sh`${send("GET", `${services}&host=others`)} | grep -o '"status": "[a-z]*"'`,
  }),
  cleanUp: () => hosts(),
};

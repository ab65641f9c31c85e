import { type QuotaKey, type QuotaValue, quota } from "../../../providers/cloud/quota.ts";
import { sh } from "../../../providers/sh.ts";
import type { Fixture } from "../../laws.ts";
import { forget, make, send } from "./as-admin.ts";
import { neutronPlace, novaPlace } from "./service-places.ts";

const project = make("projects", { project: { name: "laws", domain_id: "default" } });
const ofNova = "/v2.1/os-quota-sets/<projects/laws>";
const ofNeutron = "/v2.0/quotas/<projects/laws>";
const set = (cores: number) => send("PUT", ofNova, { quota_set: { cores, key_pairs: 7 } });

export const fixture: Fixture<QuotaKey, QuotaValue> = {
  ...novaPlace,
  state: quota,
  prepare: () => sh`${novaPlace.prepare()}
${neutronPlace.prepare()}`,
  key: () => ({ project: "laws" }),
  wants: () => [
    { "compute/cores": 4, "compute/ram": -1, "network/port": 9 },
    { "compute/cores": 2, "network/port": 8, "network/subnet": 1 },
  ],
  befores: () => ({
    "a project": project,
    "one that has limits": sh`set -e
${project}
${set(5)}`,
  }),
  picture: () => sh`${send("GET", ofNova)}
${send("GET", ofNeutron)}
ls -A /var/lib/quintet 2>/dev/null || true`,
  // A limit that nobody here promises.
  others: () => ({
    make: send("PUT", ofNova, { quota_set: { key_pairs: 6 } }),
    see: sh`${send("GET", ofNova)} | grep -o '"key_pairs": 6'`,
  }),
  cleanUp: () => forget("projects/laws"),
};

import { type KeypairKey, type KeypairValue, keypair } from "../../../providers/cloud/keypair.ts";
import { sh } from "../../../providers/sh.ts";
import type { Fixture } from "../../laws.ts";
import { forget, make, pictureOf, seenIn, send } from "./as-admin.ts";
import { novaPlace } from "./service-places.ts";

const publicKey =
  "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJGwWyuMhjrO13YWCbqfwBFRPcNMb6HZg+5rr/uFjbSs";
const user = make("users", { user: { name: "laws", domain_id: "default" } });
const theirs = (name: string) =>
  make("v2.1/os-keypairs", {
    keypair: { name, type: "ssh", public_key: `${publicKey} theirs`, user_id: "<users/laws>" },
  });
const gone = (name: string) =>
  sh`${send("DELETE", `/v2.1/os-keypairs/${name}?user_id=<users/laws>`)} 2>/dev/null || true`;
const keys = "/v2.1/os-keypairs?user_id=<users/laws>";

export const fixture: Fixture<KeypairKey, KeypairValue> = {
  ...novaPlace,
  state: keypair,
  key: () => ({ name: "laws", user: "laws" }),
  // There is one value: another key is refused.
  wants: () => [{ publicKey }, { publicKey }],
  picture: () => pictureOf(keys),
  befores: () => ({
    "no key": user,
    "that key": sh`set -e
${user}
${theirs("laws")}`,
  }),
  others: () => ({ make: theirs("others"), see: sh`${seenIn(keys)} | grep others` }),
  cleanUp: () => sh`${gone("laws")}
${gone("others")}
${forget("users/laws")}`,
};

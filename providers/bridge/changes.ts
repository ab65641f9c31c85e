import type { BridgeKey, BridgeValue } from "../bridge.ts";
import type { Change } from "../contract.ts";
import { type Script, sh } from "../sh.ts";
import { guardName, programFile, removeBoot, unitName, writeBoot } from "./boot.ts";
import { programText } from "./program.ts";

// Both ways, the addresses move under our own connection: the host goes back by itself unless a new one
// confirms. What it goes back by is in the guard's own text, whatever has become of the files.

/** Puts the bridge in the interface's place. An address on it that is not wanted any more goes. */
export function setUp(
  key: BridgeKey,
  want: BridgeValue,
  have: BridgeValue | undefined,
  why: string | undefined,
): Change {
  const wanted = [...want.moved, ...(want.extra ?? [])];
  // What stands with a device's name is still on the interface, and is moved.
  const left = (have?.moved ?? []).filter((one) => !wanted.includes(one) && !one.includes(" "));
  return {
    why: why ?? `put the bridge ${key.name} in the place of ${key.port} (was absent)`,
    script: sh`${writeBoot(key, want)} || exit
${run(key, want, "up")} || exit
for address in ${left}; do ip addr del "$address" dev ${key.name} || exit; done
systemctl start ${unitName(key.name)}`,
    undo: {
      of: guardName(key.name),
      script: sh`${run(key, want, "down")}; ${removeBoot(key.name)}`,
    },
  };
}

/** Gives the interface its place back. */
export function remove(key: BridgeKey, have: BridgeValue): Change {
  return {
    why: `give ${key.port} its addresses back and remove the bridge ${key.name}`,
    script: sh`
systemctl stop ${unitName(key.name)} 2>/dev/null
if [ -e ${programFile(key.name)} ]; then sh ${programFile(key.name)} down; else
${run(key, have, "down")}
fi || exit
${removeBoot(key.name)}`,
    undo: {
      of: guardName(key.name),
      script: sh`${writeBoot(key, have)}; ${run(key, have, "up")}`,
    },
  };
}

function run(key: BridgeKey, value: BridgeValue, verb: "up" | "down"): Script {
  return sh`sh -c ${programText(key, value)} bridge ${verb}`;
}

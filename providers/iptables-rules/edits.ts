import type { Change } from "../contract.ts";
import { type Script, sh } from "../sh.ts";
import { install, leaveIfLast, ruleFile } from "./boot.ts";
import { look, putBackImage } from "./image.ts";
import { fileText, placeOf } from "./state.ts";
import type { IptablesRulesKey, IptablesRulesValue } from "./wish.ts";

function called({ table, chain }: IptablesRulesKey): string {
  return `the chain ${chain} of ${table}`;
}

/** Puts the chain in place as it is wanted. */
export function rewrite(
  key: IptablesRulesKey,
  want: IptablesRulesValue,
  have: IptablesRulesValue | undefined,
  wrong: readonly string[],
): Change {
  const edits = wrong.map((name) => `${name} (was ${have?.[name] ?? "absent"})`);
  return {
    why: `set in ${called(key)}: ${edits.join(", ")}`,
    script: underGuard(key, install(placeOf(key), fileText(key, want))),
    undo: undo(key),
  };
}

/** Takes away the chain, the jump to it, and what restores it. */
export function remove(key: IptablesRulesKey): Change {
  const place = placeOf(key);
  return {
    why: `remove ${called(key)}, and the jump to it`,
    script: underGuard(
      key,
      sh`(
${putBackImage(place, ruleFile(place), sh`/dev/null`)}
) || exit
${leaveIfLast}`,
    ),
    undo: undo(key),
  };
}

// What is there is noted before the edit, for the guard to go back to. The old note goes first: a guard
// that finds none has nothing to undo.
function underGuard(key: IptablesRulesKey, edit: Script): Script {
  const place = placeOf(key);
  const note = noteOf(key);
  return sh`mkdir -p -m 700 /run/quintet && rm -f ${note} || exit
{
${look(place, ruleFile(place))}
} >${`${note}.new`} && mv ${`${note}.new`} ${note} || exit
${edit}`;
}

function undo(key: IptablesRulesKey): Script {
  return putBackImage(placeOf(key), ruleFile(placeOf(key)), sh`${noteOf(key)}`);
}

function noteOf(key: IptablesRulesKey): string {
  const { family, table, chain } = placeOf(key);
  return `/run/quintet/iptables-${family}-${table}-${chain}.before`;
}

/** Brings back the chain that was found, from what was kept of it. */
export function putBack(key: IptablesRulesKey, kept: string): Change {
  const place = placeOf(key);
  const script = sh`t=$(mktemp) && printf %s ${kept} >"$t" || exit
${underGuard(
  key,
  sh`(
${putBackImage(place, ruleFile(place), sh`"$t"`)}
)`,
)}
s=$?; rm -f "$t"; [ $s = 0 ] || exit $s
${leaveIfLast}`;
  return { why: `put back ${called(key)} as it was found`, script, undo: undo(key) };
}

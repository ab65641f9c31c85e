import type { Change } from "../contract.ts";
import { type Script, sh } from "../sh.ts";
import { foundBefore } from "../transport/guard.ts";
import { guardName, install, leaveIfLast, ruleFile } from "./boot.ts";
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
  const why = `set in ${called(key)}: ${edits.join(", ")}`;
  return underGuard(key, why, install(placeOf(key), fileText(key, want)));
}

/** Takes away the chain, the jump to it, and, once that has not shut us out, what restores it. */
export function remove(key: IptablesRulesKey): Change[] {
  const edit = putBackImage(placeOf(key), ruleFile(placeOf(key)), sh`/dev/null`);
  return [underGuard(key, `remove ${called(key)}, and the jump to it`, edit), leave];
}

/** Brings back the chain that was found, from what was kept of it. */
export function putBack(key: IptablesRulesKey, kept: string): Change[] {
  const edit = sh`t=$(mktemp) && trap 'rm -f "$t"' EXIT && printf %s ${kept} >"$t" || exit
${putBackImage(placeOf(key), ruleFile(placeOf(key)), sh`"$t"`)}`;
  return [underGuard(key, `put back ${called(key)} as it was found`, edit), leave];
}

const leave: Change = {
  why: "take away what restores chains at boot, with the last of them",
  script: leaveIfLast,
};

function underGuard(key: IptablesRulesKey, why: string, edit: Script): Change {
  const place = placeOf(key);
  const of = guardName(place);
  const note = foundBefore(of);
  const script = sh`[ -e ${note} ] || {
  {
${look(place, ruleFile(place))}
  } >${`${note}.new`} && mv ${`${note}.new`} ${note}
} || exit
${edit}`;
  return { why, script, undo: { of, script: putBackImage(place, ruleFile(place), sh`${note}`) } };
}

import { ruleFileText, sumOf } from "./boot.ts";
import type { ChainImage, ChainPlace } from "./image.ts";
import { canonicalRule, quoted, wordsOf } from "./rule.ts";
import { type IptablesRulesKey, type IptablesRulesValue, ruleName } from "./wish.ts";

/** The key, with the family spelled out. */
export function placeOf(key: IptablesRulesKey): ChainPlace {
  return { ...key, family: key.family ?? ("ipv4" as const) };
}

/** The rules by the names in their comments; what has no name of ours, or the wrong place, is a stray. */
export function named(live: readonly string[], declared: IptablesRulesValue | undefined) {
  const rules: Record<string, string> = {};
  const strays: string[] = [];
  let last = "";
  for (const text of live) {
    const words = wordsOf(text);
    const at = words.findIndex((word, i) => words[i - 1] === "--comment" && ruleName.test(word));
    const name = words[at] ?? "";
    if (at < 0 || name in rules || (declared && !(name in declared))) {
      strays.push(text);
      continue;
    }
    if (name < last) strays.push(`${name} stands after ${last}`);
    last = name;
    rules[name] = canonicalRule(
      words
        .toSpliced(at - 3, 4)
        .map(quoted)
        .join(" "),
    );
  }
  return { rules, strays };
}

/** The jump as it is wanted, or what is wrong with it. */
export function jumpState(
  image: ChainImage,
  key: IptablesRulesKey,
  declared: string | undefined,
): string {
  const [jump, ...more] = image.jumps;
  if (!jump) return "absent";
  if (more.length > 0) return `${image.jumps.length} of them`;
  if (jump.from !== key.from) return `from ${jump.from}`;
  if (!jump.plain) return "for some packets only";
  if (jump.deciders === 0) return declared === "anywhere" ? "anywhere" : "first";
  return declared === "first" ? `after ${jump.deciders} rules that decide` : "anywhere";
}

/**
 * "restored", or why it does not come back at boot: all rules as declared, or those of them that there
 * are now, since one may just have left the declaration.
 */
export function bootState(
  image: ChainImage,
  key: IptablesRulesKey,
  rules: IptablesRulesValue,
  declared: IptablesRulesValue | undefined,
): string {
  if (image.file === undefined) return "absent";
  if (image.unit !== "enabled") return image.unit;
  const jumps = declared?.jump === undefined ? ["first", "anywhere"] : [declared.jump];
  const wanted = declared ?? rules;
  const there = Object.fromEntries(Object.entries(wanted).filter(([name]) => name in rules));
  const texts = jumps.flatMap((jump) =>
    [wanted, there].map((text) => fileText(key, { ...text, jump } as IptablesRulesValue)),
  );
  return texts.map(sumOf).includes(image.file) ? "restored" : "other rules";
}

/** What the file for the boot says of a wish. */
export function fileText(key: IptablesRulesKey, want: IptablesRulesValue): string {
  const names = Object.keys(want).filter((name) => ruleName.test(name));
  const rules = names.sort().map((name) => withName(want[name] ?? "", name));
  return ruleFileText(placeOf(key), rules, want.jump === "first");
}

function withName(text: string, name: string): string {
  const words = wordsOf(text);
  const target = words.findIndex((word) => word === "-j" || word === "-g");
  return words.toSpliced(target, 0, "-m", "comment", "--comment", name).map(quoted).join(" ");
}

import type * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import type { Change, HostState } from "./contract.ts";
import {
  install,
  leaveIfLast,
  lookAtUnit,
  ruleFile,
  ruleFileText,
  unitState,
} from "./iptables-rules/boot.ts";
import { type ChainImage, imageOf, look, putBackImage } from "./iptables-rules/image.ts";
import { canonicalRule, quoted, wordsOf } from "./iptables-rules/rule.ts";
import { type HostPromise, HostResource } from "./resource.ts";
import { type Script, sh } from "./sh.ts";
import { same } from "./values.ts";

const key = z.strictObject({
  table: z.enum(["filter", "nat", "mangle", "raw"]),
  /** A chain of our own: nobody else writes into it, and it goes as a whole. */
  chain: z.string().regex(/^[a-z][\w-]{2,27}$/, 'a name of our own, as in "quintet-nat"'),
  /** The chain of iptables' own from which packets come to ours. */
  from: z.enum(["PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING"]),
  family: z.enum(["ipv4", "ipv6"]).default("ipv4"),
});

const ruleName = /^\d\d-[a-z0-9-]+$/;
const rule = z
  .string()
  .refine((text) => !/[\n\r]/.test(text), "a rule is one line")
  .refine(
    (text) => /(^|\s)(-j|--jump|-g|--goto) \S/.test(text),
    'a rule ends with its target: "-j ACCEPT"',
  )
  .refine(
    (text) => !/(^|\s)(-[ADINtXFPZER]|--comment|--table)\s/.test(text),
    "a rule is without -A, -t and --comment: chain and name come from the key",
  )
  .transform(canonicalRule);

const value = z
  .object({
    jump: z.enum(["anywhere", "first"]).default("anywhere"),
    boot: z.literal("restored").default("restored"),
    strays: z.literal("none").default("none"),
  })
  .catchall(rule)
  .superRefine((all, issues) => {
    for (const name of Object.keys(all)) {
      if (["jump", "boot", "strays"].includes(name) || ruleName.test(name)) continue;
      const message = `"${name}" names no rule: a name begins with two digits, its place ("10-masquerade")`;
      issues.addIssue({ code: "custom", path: [name], message });
    }
  });

export interface IptablesRulesKey {
  readonly table: "filter" | "nat" | "mangle" | "raw";
  readonly chain: string;
  readonly from: "PREROUTING" | "INPUT" | "FORWARD" | "OUTPUT" | "POSTROUTING";
  readonly family?: "ipv4" | "ipv6";
}

/** Rules by name, in the order of their names: `"10-masquerade": "-o eth0 -j MASQUERADE"`. */
export interface IptablesRulesValue {
  /**
   * Exactly one jump to the chain: "anywhere", or "first", before every rule that decides by itself.
   * Jumps to chains of others may come before it, or tools that all want to be first would never rest.
   */
  readonly jump?: string;
  /** The chain comes back at boot. */
  readonly boot?: string;
  /** Rules in our chain that no name declares, or that stand out of order. */
  readonly strays?: string;
  readonly [name: string]: string;
}

/** A chain of our own in one table, its rules in order, with exactly one jump to it, now and at boot. */
export const iptablesRules = {
  kind: "IptablesRules",
  key,
  value,

  probe: (key) => sh`${look(placeOf(key), ruleFile(placeOf(key)))}
${lookAtUnit}`,

  parse(stdout, key, declared): IptablesRulesValue | undefined {
    const image = imageOf(stdout, unitState(stdout));
    if (!image.chain && image.jumps.length === 0 && image.file === undefined) return undefined;
    const { rules, strays } = named(image.rules, declared);
    return {
      ...rules,
      jump: jumpState(image, key, declared?.jump),
      boot: bootState(image, key, declared ?? rules, declared?.jump),
      strays: strays.length > 0 ? strays.join("; ") : "none",
    };
  },

  converge(key, want, have) {
    if (!want) return have ? [remove(key)] : [];
    const jumpHolds =
      want.jump === have?.jump || (want.jump === "anywhere" && have?.jump === "first");
    const names = [
      ...Object.keys(want),
      ...Object.keys(have ?? {}).filter((name) => !(name in want)),
    ];
    const wrong = names.filter((name) =>
      name === "jump" ? !jumpHolds : !same(want[name], have?.[name]),
    );
    return wrong.length > 0 ? [rewrite(key, want, have, wrong)] : [];
  },

  keep: (key) => look(placeOf(key), ruleFile(placeOf(key))),

  putBack(key, kept, found) {
    if (!found) return [remove(key)];
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
    return [{ why: `put back ${called(key)} as it was found`, script, undo: undo(key) }];
  },
} satisfies HostState<IptablesRulesKey, IptablesRulesValue>;

function placeOf(key: IptablesRulesKey) {
  return { ...key, family: key.family ?? ("ipv4" as const) };
}

function called({ table, chain }: IptablesRulesKey): string {
  return `the chain ${chain} of ${table}`;
}

/** The rules by the names in their comments; what has no name of ours, or the wrong place, is a stray. */
function named(live: readonly string[], declared: IptablesRulesValue | undefined) {
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

function jumpState(image: ChainImage, key: IptablesRulesKey, declared: string | undefined): string {
  const [jump, ...more] = image.jumps;
  if (!jump) return "absent";
  if (more.length > 0) return `${image.jumps.length} of them`;
  if (jump.from !== key.from) return `from ${jump.from}`;
  if (!jump.plain) return "for some packets only";
  if (jump.deciders === 0) return declared === "anywhere" ? "anywhere" : "first";
  return declared === "first" ? `after ${jump.deciders} rules that decide` : "anywhere";
}

function bootState(
  image: ChainImage,
  key: IptablesRulesKey,
  wanted: IptablesRulesValue,
  jump: string | undefined,
): string {
  if (image.file === undefined) return "absent";
  if (image.unit !== "enabled") return image.unit;
  const jumps = jump === undefined ? ["first", "anywhere"] : [jump];
  return jumps.some((one) => image.file === fileText(key, { ...wanted, jump: one }))
    ? "restored"
    : "other rules";
}

function fileText(key: IptablesRulesKey, want: IptablesRulesValue): string {
  const names = Object.keys(want).filter((name) => ruleName.test(name));
  const rules = names.sort().map((name) => withName(want[name] ?? "", name));
  return ruleFileText(placeOf(key), rules, want.jump === "first");
}

function withName(text: string, name: string): string {
  const words = wordsOf(text);
  const target = words.findIndex((word) => word === "-j" || word === "-g");
  return words.toSpliced(target, 0, "-m", "comment", "--comment", name).map(quoted).join(" ");
}

function rewrite(
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

function remove(key: IptablesRulesKey): Change {
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

/** A chain of packet filter rules on a host. */
export class IptablesRules extends HostResource<IptablesRulesKey, IptablesRulesValue> {
  constructor(
    name: string,
    promise: HostPromise<IptablesRulesKey, IptablesRulesValue>,
    options?: pulumi.CustomResourceOptions,
  ) {
    super(iptablesRules, name, promise, options);
  }
}

import { z } from "zod";
import { canonicalRule } from "./rule.ts";

export const key = z.strictObject({
  table: z.enum(["filter", "nat", "mangle", "raw"]),
  /** A chain of our own: nobody else writes into it, and it goes as a whole. */
  chain: z.string().regex(/^[a-z][\w-]{2,27}$/, 'a name of our own, as in "quintet-nat"'),
  /** The chain of iptables' own from which packets come to ours. */
  from: z.enum(["PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING"]),
  family: z.enum(["ipv4", "ipv6"]).default("ipv4"),
});

export const ruleName = /^\d\d-[a-z0-9-]+$/;
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

export const value = z
  .object({
    jump: z.enum(["anywhere", "first"]).default("anywhere"),
    boot: z.literal("restored").default("restored"),
    strays: z.literal("none").default("none"),
    edit: z.literal("confirmed").default("confirmed"),
  })
  .catchall(rule)
  .superRefine((all, issues) => {
    for (const name of Object.keys(all)) {
      if (["jump", "boot", "strays", "edit"].includes(name) || ruleName.test(name)) continue;
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
  /** The last edit has been confirmed; one that was not is about to be undone by the host. */
  readonly edit?: string;
  readonly [name: string]: string;
}

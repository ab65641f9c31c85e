import type * as pulumi from "@pulumi/pulumi";
import type { HostState } from "./contract.ts";
import {
  bootOf,
  editState,
  lookAtBoot,
  lookAtGuard,
  ruleFile,
  sumFiles,
} from "./iptables-rules/boot.ts";
import { putBack, remove, rewrite } from "./iptables-rules/edits.ts";
import { imageOf, look, lookAtChains, takeOwn, wordOf } from "./iptables-rules/image.ts";
import { bootState, jumpState, named, placeOf } from "./iptables-rules/state.ts";
import {
  type IptablesRulesKey,
  type IptablesRulesValue,
  key,
  value,
} from "./iptables-rules/wish.ts";
import { type HostPromise, HostResource } from "./resource.ts";
import { sh } from "./sh.ts";
import { same } from "./values.ts";

export type { IptablesRulesKey, IptablesRulesValue };

/** A chain of our own in one table, its rules in order, with exactly one jump to it, now and at boot. */
export const iptablesRules = {
  kind: "IptablesRules",
  key,
  value,

  shared: {
    look: sh`${lookAtChains}${sumFiles}`,
    word: (key) => wordOf(placeOf(key)),
  },
  probe: (key) => sh`${lookAtGuard(placeOf(key))}
${takeOwn(placeOf(key))}${lookAtBoot(placeOf(key))}`,

  parse(stdout, key, declared): IptablesRulesValue | undefined {
    const image = imageOf(stdout, bootOf(stdout));
    if (!image.chain && image.jumps.length === 0 && image.file === undefined) return undefined;
    const { rules, strays } = named(image.rules, declared);
    return {
      ...rules,
      jump: jumpState(image, key, declared?.jump),
      boot: bootState(image, key, rules, declared),
      strays: strays.length > 0 ? strays.join("; ") : "none",
      edit: editState(stdout),
    };
  },

  converge(key, want, have) {
    if (!want) return have ? remove(key) : [];
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
    return found ? putBack(key, kept) : remove(key);
  },
} satisfies HostState<IptablesRulesKey, IptablesRulesValue>;

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

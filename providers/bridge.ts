import type * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { bootState, lookAtBoot } from "./bridge/boot.ts";
import { remove, setUp } from "./bridge/changes.ts";
import type { Change, HostState } from "./contract.ts";
import { Refused } from "./errors.ts";
import { type HostPromise, HostResource } from "./resource.ts";
import { sh } from "./sh.ts";
import { same } from "./values.ts";

const device = z.string().regex(/^[A-Za-z][A-Za-z0-9_.-]{0,14}$/, "a network interface's name");
const address = z.string().regex(/^\d+\.\d+\.\d+\.\d+\/\d+$/, 'as in "192.168.0.1/24"');
const addresses = z.array(address).transform((list) => [...list].sort());

/** A bridge by its name, and the interface whose place it takes. Another one is another promise. */
export interface BridgeKey {
  readonly name: string;
  readonly port: string;
}

/** What is promised of the bridge; `port` and `boot` go without saying. */
export interface BridgeValue {
  /** The interface's own addresses, which are on the bridge while it stands. */
  readonly moved: readonly string[];
  /** Addresses that only the bridge has. */
  readonly extra?: readonly string[];
  /** A pair of virtual interfaces: the end in the bridge, and the one that is left to others. */
  readonly leg?: string;
  /** Wanted is always "joined". */
  readonly port?: string;
  /** Wanted is always "restored". */
  readonly boot?: string;
}

/**
 * A bridge of the kernel in the place of an interface: with its hardware address, its addresses and its
 * routes, now and at boot. The host's own network config stays as it is, and the interface comes up by
 * it; then the bridge takes over. So a host on which that fails can still be reached as before.
 */
export const bridge = {
  kind: "Bridge",
  key: z.strictObject({ name: device, port: device }),
  value: z.strictObject({
    moved: addresses,
    extra: addresses.default([]),
    leg: z
      .string()
      .regex(/^\S+ \S+$/, 'two names: "inside outside"')
      .default("none none"),
    port: z.literal("joined").default("joined"),
    boot: z.literal("restored").default("restored"),
  }),

  probe: ({ name, port }, declared) => sh`
[ ! -e ${`/sys/class/net/${name}/bridge`} ] || echo bridge
[ ! -e ${`/sys/class/net/${name}/brif/${port}`} ] || echo port
for end in ${(declared?.leg ?? "none none").split(" ")}; do
  [ -e "/sys/class/net/$end" ] || continue
  master=$(readlink "/sys/class/net/$end/master")
  echo "end $end \${master##*/}"
done
ip -4 -o addr show scope global | awk -v name=${name} -v port=${port} '$2 == name || $2 == port { print "address", $2, $4 }'
${lookAtBoot(name)}`,

  parse(stdout, key, declared) {
    const boot = bootState(stdout, key, declared);
    if (!/^bridge$/m.test(stdout) && boot === "absent") return undefined;
    const on = (device: string) =>
      [...stdout.matchAll(/^address (\S+) (\S+)$/gm)].flatMap(([, where, text]) =>
        where === device && text !== undefined ? [text] : [],
      );
    const extra = on(key.name).filter((one) => declared?.extra?.includes(one));
    const moved = on(key.name).filter((one) => !extra.includes(one));
    const stayed = on(key.port).map((one) => `${one} on ${key.port}`);
    const [inside = "none", outside = "none"] = (declared?.leg ?? "none none").split(" ");
    const standing =
      inside === "none" ||
      (new RegExp(`^end ${inside} ${key.name}$`, "m").test(stdout) &&
        new RegExp(`^end ${outside} `, "m").test(stdout));
    return {
      moved: [...moved, ...stayed].sort(),
      extra: extra.sort(),
      leg: standing ? `${inside} ${outside}` : "absent",
      port: /^port$/m.test(stdout) ? "joined" : "outside",
      boot,
    };
  },

  converge(key, want, have): Change[] {
    if (!want) return have ? [remove(key, have)] : [];
    const wrong = (["port", "moved", "extra", "leg", "boot"] as const).filter(
      (name) => !same(want[name], have?.[name]),
    );
    if (wrong.length === 0) return [];
    if (have?.boot === "absent") {
      throw new Refused(
        `there is a bridge ${key.name} already, which is not ours.\n  Next: take it away, or give its place another name.`,
      );
    }
    const told = wrong.map((name) => `${name} (was ${have?.[name] ?? "absent"})`);
    const why = have && `set ${told.join(", ")} of ${key.name}`;
    return [setUp(key, want, have, why)];
  },
} satisfies HostState<BridgeKey, BridgeValue>;

/** A bridge on a host in the place of one of its interfaces. */
export class Bridge extends HostResource<BridgeKey, BridgeValue> {
  constructor(
    name: string,
    promise: HostPromise<BridgeKey, BridgeValue>,
    options?: pulumi.CustomResourceOptions,
  ) {
    super(bridge, name, promise, options);
  }
}

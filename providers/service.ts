import type * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import type { Change, HostState } from "./contract.ts";
import { type HostPromise, HostResource } from "./resource.ts";
import { absolutePath } from "./seen-file.ts";
import { follow, forgetNote, start, stop, switchAtBoot } from "./service/changes.ts";
import { probeUnit, showUnits, unitAndFiles, unitShown } from "./service/probe.ts";
import { sh } from "./sh.ts";
import { pick, same } from "./values.ts";

/** The unit's whole name, with its suffix. */
export interface ServiceKey {
  readonly unit: string;
}

/** What is promised of the unit. `enabled` and `active` are left alone where they are left out. */
export interface ServiceValue {
  /** At boot: true, false, "masked". What is found may be any word of systemd's, such as "static". */
  readonly enabled?: boolean | string;
  /** Running now. A unit that is idle behind its active socket is active. */
  readonly active?: boolean;
  /** Wanted is always "current"; found may be a reason: "older than /etc/nova/nova.conf". */
  readonly config?: string;
  /** What the unit reads when it starts. Its own file and drop-ins under /etc need not be named. */
  readonly files?: readonly string[];
  /** How it takes over a file that has changed. */
  readonly follow?: "restart" | "reload";
}

/** A systemd unit: at boot, now, and not running on old config. What is left out is not ours. */
export const service = {
  kind: "Service",
  key: z.strictObject({
    unit: z
      .string()
      .regex(/^[\w:.\\@-]+\.(service|socket|timer|path|target|mount)$/, 'as in "glusterd.service"'),
  }),
  value: z.strictObject({
    enabled: z.union([z.boolean(), z.literal("masked")]).exactOptional(),
    active: z.boolean().exactOptional(),
    config: z.literal("current").default("current"),
    files: z.array(absolutePath).default([]),
    follow: z.enum(["restart", "reload"]).default("restart"),
  }),

  shared: {
    look: showUnits,
    word: ({ unit }, declared) => unitAndFiles(unit, declared?.files ?? []),
  },
  probe: ({ unit }, declared) => probeUnit(unit, declared?.files ?? []),

  parse(stdout, _key, declared) {
    const shown = unitShown(stdout);
    if (!shown) return undefined;
    return {
      enabled: shown.enabled,
      // A socket would start the service again: for one that is to be stopped, only running counts.
      active: shown.running || (shown.idle && declared?.active !== false),
      config: declared?.active ? shown.config : "current",
      files: declared?.files ?? [],
      follow: declared?.follow ?? "restart",
    };
  },

  own: (declared, have) => pick(have, Object.keys(declared)),

  converge: edits,

  putBack(key, _kept, found, have) {
    // A unit that came after us (with a package, a file) goes with what brought it.
    const { enabled, active } = found ?? {
      enabled: have?.enabled === "masked" ? false : undefined,
    };
    const back = {
      ...(enabled !== undefined && { enabled }),
      ...(active !== undefined && { active }),
    };
    return [...(have ? edits(key, back, have) : []), forgetNote(key.unit)];
  },
} satisfies HostState<ServiceKey, ServiceValue>;

function edits(
  { unit }: ServiceKey,
  want: ServiceValue | undefined,
  have: ServiceValue | undefined,
): Change[] {
  // A unit that does not exist neither runs nor starts at boot.
  const now = have ?? { enabled: false, active: false, config: "current" };
  const changes: Change[] = [];
  if (!want) return changes;
  if (want.active === false && now.active) changes.push(stop(unit));
  if (want.enabled !== undefined && want.enabled !== now.enabled) {
    changes.push(...switchAtBoot(unit, want.enabled, now.enabled));
  }
  if (want.active && !now.active) changes.push(start(unit, want.files ?? []));
  else if (want.active && want.config === "current" && now.config !== "current") {
    changes.push(follow(unit, want.files ?? [], want.follow ?? "restart", now.config ?? ""));
  }
  if (have && want.files && !same(want.files, have.files)) {
    // Whether it runs on old config can only be told by a look with the new list: the update's own.
    changes.push({ why: `look at the files that ${unit} reads now`, script: sh`:` });
  }
  return changes;
}

/** A systemd unit on a host. `config: "current"` goes without saying. */
export class Service extends HostResource<ServiceKey, ServiceValue> {
  constructor(
    name: string,
    promise: HostPromise<ServiceKey, ServiceValue>,
    options?: pulumi.CustomResourceOptions,
  ) {
    super(service, name, promise, options);
  }
}

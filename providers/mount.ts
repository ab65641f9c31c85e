import type * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import type { Change, HostState } from "./contract.ts";
import {
  bootState,
  lookAtUnit,
  type MountSpot,
  removeUnit,
  tellSystemd,
  writeUnit,
} from "./mount/boot.ts";
import { lookAtMount, mountedAt, mountNow, unmount } from "./mount/now.ts";
import { type HostPromise, HostResource } from "./resource.ts";
import { sh } from "./sh.ts";

const word = z.string().regex(/^[\w@%+=:,./[\]-]+$/, "letters, digits and @%+=:,./[]- only");

/** Where: the mount point, a folder that is there. */
export interface MountKey {
  readonly path: string;
}

/** What is mounted there; `now` and `boot` are left out of a declaration. */
export interface MountValue {
  readonly source: string;
  /** As `mount -t` takes it: "glusterfs", though the kernel calls it fuse.glusterfs. */
  readonly type: string;
  /** As in fstab. New ones take effect at the next mount: what is in use is not unmounted for them. */
  readonly options?: string;
  /** Wanted is always "mounted"; found may be "dead", and the like. */
  readonly now?: string;
  /** Wanted is always "retried": a unit of our own tries at every boot until it succeeds. */
  readonly boot?: string;
  /** Units of this host that the source depends on: the unit for the boot starts after them. */
  readonly sourceUnits?: readonly string[];
}

/**
 * A file system, mounted now and at every boot. fstab is not touched: a line there, for people, is a
 * promise of its own, and says `noauto`, since it is the unit that mounts at boot.
 */
export const mount = {
  kind: "Mount",
  key: z.strictObject({
    path: z
      .string()
      .regex(/^(\/[\w.-]+)+$/, "an absolute path of letters, digits, dots and dashes"),
  }),
  value: z.strictObject({
    source: word,
    type: word,
    options: word.default("defaults"),
    now: z.literal("mounted").default("mounted"),
    boot: z.literal("retried").default("retried"),
    sourceUnits: z.array(z.string().regex(/^[\w:.\\@-]+$/)).default([]),
  }),

  probe: ({ path }) => sh`${lookAtMount(path)}
${lookAtUnit(path)}`,

  parse(stdout, { path }, declared) {
    const mounted = mountedAt(stdout);
    const files = /^files (\d+)$/m.exec(stdout)?.[1] ?? "0";
    const expected = spotOf(path, declared ?? { source: "", type: "", ...mounted });
    const boot = bootState(stdout, expected);
    if (!mounted && boot === "absent") return undefined;
    const { source, type, options, sourceUnits } = expected;
    const now = files === "0" ? "not mounted" : `not mounted, and ${files} files lie in its folder`;
    return { source, type, options, sourceUnits, now, ...mounted, boot };
  },

  converge({ path }, want, have) {
    if (!want) return have ? [...goAway(path, have), forget(path)] : [];
    const spot = spotOf(path, want);
    const changes: Change[] = [];
    const old = spotOf(path, have ?? { source: "", type: "" });
    const options = spot.options !== old.options || `${spot.sourceUnits}` !== `${old.sourceUnits}`;
    if (have?.boot !== "retried" || options) {
      const script = writeUnit(spot);
      changes.push({ why: `mount ${path} at boot (was ${have?.boot ?? "absent"})`, script });
    }
    const right = spot.source === old.source && spot.type === old.type;
    if (have?.now === "mounted" && right) return changes;
    const was = right || !have ? (have?.now ?? "not mounted") : `${have.source}, ${have.now}`;
    const script = sh`(
${unmount(path)}
) || exit
${mountNow(spot)}`;
    changes.push({ why: `mount ${spot.source} on ${path} (was ${was})`, script, seconds: 400 });
    changes.push({ why: "let units that need the mount see it", script: tellSystemd(path) });
    return changes;
  },

  // Its options come from two places; those of a file system in user space are not for mount to take.
  keep: ({ path }) =>
    sh`awk -v path=${path} '$5 == path { line = $6 ($0 ~ / - fuse/ ? "" : "," $NF) } END { print line }' /proc/self/mountinfo`,

  putBack(key, kept, found, have) {
    const wasThere = found?.now === "mounted";
    const stillThere = have?.source === found?.source && have?.type === found?.type;
    if (wasThere && stillThere && have?.now === "mounted")
      return found.boot === "absent" ? [forget(key.path)] : [];
    const away = have ? goAway(key.path, have) : [];
    // What is in use is not unmounted, and then keeps its unit as well.
    if (!wasThere) return [...away, forget(key.path)];
    const spot = spotOf(key.path, { ...found, options: kept.trim() || "defaults" });
    const script = mountNow(spot);
    const back = { why: `mount ${found.source} on ${key.path} again`, script, seconds: 400 };
    return [...away, forget(key.path), back];
  },
} satisfies HostState<MountKey, MountValue>;

function spotOf(path: string, value: MountValue): MountSpot {
  const { source, type, options = "defaults", sourceUnits = [] } = value;
  return { path, source, type, options, sourceUnits };
}

function goAway(path: string, have: MountValue): Change[] {
  if (have.now?.startsWith("not mounted")) return [];
  return [{ why: `unmount ${have.source} from ${path}`, script: unmount(path) }];
}

function forget(path: string): Change {
  return { why: `remove the unit that mounts ${path} at boot`, script: removeUnit(path) };
}

/** A mounted file system on a host, now and at boot. */
export class Mount extends HostResource<MountKey, MountValue> {
  constructor(
    name: string,
    promise: HostPromise<MountKey, MountValue>,
    options?: pulumi.CustomResourceOptions,
  ) {
    super(mount, name, promise, options);
  }
}

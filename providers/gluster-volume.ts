import type * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import type { Change, HostState } from "./contract.ts";
import { Refused } from "./errors.ts";
import { patience, withGluster } from "./gluster/command.ts";
import { remove, stop } from "./gluster-volume/removal.ts";
import { type HostPromise, HostResource } from "./resource.ts";
import { type Script, sh } from "./sh.ts";
import { pick, same } from "./values.ts";

/** The volume by its name in the pool; another name is another volume. */
export interface GlusterVolumeKey {
  readonly name: string;
}

/** Options lie beside the rest: `"option/network.ping-timeout": "5"`. */
export interface GlusterVolumeValue {
  /** "host:/path" in order: neighbours are each other's copies. Changed by hand only. */
  readonly bricks: readonly string[];
  /** How many copies of each file. Changed by hand only. */
  readonly replica: number;
  readonly started?: boolean;
  /**
   * Allow bricks on a host's root file system, where a full volume fills up the host. Gluster takes
   * that only with `force`, which also silences its check for bricks of other volumes: so the `Brick`
   * promises must hold before.
   */
  readonly onRootDisk?: boolean;
  readonly [option: `option/${string}`]: string;
}

const value = z
  .object({
    bricks: z.array(z.string().regex(/^[\w.-]+:(\/[\w.-]+)+$/, 'a brick is "host:/path"')).min(1),
    replica: z.int().min(1),
    started: z.boolean().default(true),
    onRootDisk: z.boolean().default(false),
  })
  .catchall(z.string().min(1))
  .superRefine(({ bricks, replica, ...rest }, issues) => {
    if (bricks.length % replica !== 0) {
      const message = `${bricks.length} bricks do not make whole sets of ${replica} copies`;
      issues.addIssue({ code: "custom", path: ["bricks"], message });
    }
    const options = Object.keys(rest).filter((one) => one !== "started" && one !== "onRootDisk");
    for (const name of options.filter((one) => !/^option\/[\w-]+\.[\w.-]+$/.test(one))) {
      const message = `"${name}" is no option: write "option/network.ping-timeout"`;
      issues.addIssue({ code: "custom", path: [name], message });
    }
  }) as unknown as z.ZodType<GlusterVolumeValue>;

/**
 * A Gluster volume: its bricks in order, how many copies, started, and options by name; options that
 * nobody declares are left alone. Looking reads files and takes no lock of the cluster.
 */
export const glusterVolume = {
  kind: "GlusterVolume",
  key: z.strictObject({ name: z.string().regex(/^[\w-]+$/, "letters, digits, _ and - only") }),
  value,

  // The list of bricks writes a path's slashes as dashes; the files of the bricks have it whole.
  probe: ({
    name,
  }) => sh`cd ${`/var/lib/glusterd/vols/${name}`} 2>/dev/null && [ -e info ] || exit 0
cat info
sed -n 's/^brick-[0-9]*=//p' info | while read -r brick; do
  sed -n '/^hostname=/p; /^path=/p' "bricks/$brick"
done`,

  parse(stdout, _key, declared): GlusterVolumeValue | undefined {
    const one = (name: string) => new RegExp(`^${name}=(.*)$`, "m").exec(stdout)?.[1];
    const all = (name: string) =>
      [...stdout.matchAll(new RegExp(`^${name}=(.*)$`, "gm"))].map((match) => match[1] ?? "");
    if (one("volume-id") === undefined) return undefined;
    const paths = all("path");
    const options = [...stdout.matchAll(/^([\w-]+\.[\w.-]+)=(.*)$/gm)];
    return {
      bricks: all("hostname").map((host, at) => `${host}:${paths[at] ?? ""}`),
      replica: Number(one("replica_count")),
      started: one("status") === "1",
      onRootDisk: declared?.onRootDisk ?? false,
      ...Object.fromEntries(options.map(([, name, text]) => [`option/${name}`, text ?? ""])),
    };
  },

  // Only keys of `have` are picked, so the shape stays.
  own: (declared, have) => pick(have, Object.keys(declared)) as unknown as GlusterVolumeValue,

  converge({ name }, want, have, gone = new Set()) {
    if (!want) return have ? remove(name, have, gone) : [];
    if (have) refuseRebuilding(name, want, have);
    const changes: Change[] = have ? [] : [create(name, want)];
    const wanted = optionsOf(want);
    const found = optionsOf(have);
    const more = Object.keys(wanted).filter((option) => wanted[option] !== found[option]);
    const fewer = Object.keys(found).filter((option) => !(option in wanted));
    // Before the start: who may mount is among them.
    if (more.length > 0) changes.push(setOptions(name, pick(wanted, more), found));
    for (const option of fewer) changes.push(reset(name, option, found[option] ?? ""));
    if (want.started !== (have?.started ?? false)) {
      changes.push(want.started ? start(name) : stop(name));
    }
    if (have && want.onRootDisk !== have.onRootDisk) {
      changes.push({ why: `note that ${name} may lie on a root disk, or may not`, script: sh`:` });
    }
    return changes;
  },
} satisfies HostState<GlusterVolumeKey, GlusterVolumeValue>;

function optionsOf(volume: GlusterVolumeValue | undefined): Record<string, string> {
  const entries = Object.entries(volume ?? {}).filter(([key]) => key.startsWith("option/"));
  return Object.fromEntries(entries.map(([key, text]) => [key.slice(7), String(text)]));
}

function refuseRebuilding(name: string, want: GlusterVolumeValue, have: GlusterVolumeValue) {
  if (same(want.bricks, have.bricks) && want.replica === have.replica) return;
  const shown = (volume: GlusterVolumeValue) =>
    `${volume.bricks.join(" ")}, ${volume.replica} copies of each file`;
  throw new Refused(
    `the volume ${name} has other bricks than are declared, and moving data is not done by itself.
  declared: ${shown(want)}
  found:    ${shown(have)}
  Next: ${byHand(name, want, have)}, or declare what is there.`,
  );
}

/** The way from the bricks that are there to those that are declared, where it is one command or a few. */
function byHand(name: string, want: GlusterVolumeValue, have: GlusterVolumeValue): string {
  const lost = have.bricks.filter((brick) => !want.bricks.includes(brick));
  const more = want.bricks.filter((brick) => !have.bricks.includes(brick));
  const heals = `wait for the healing (gluster volume heal ${name} starts it, and each brick has to be connected and have 0 entries in gluster volume heal ${name} info)`;
  const kept = have.bricks.filter((brick) => !lost.includes(brick));
  const oneSet = [want, have].every(({ bricks, replica }) => bricks.length === replica);
  if (oneSet && same(want.bricks, kept)) {
    return `by hand, on a host of the pool: gluster volume remove-brick ${name} replica ${want.replica} ${lost.join(" ")} force`;
  }
  if (oneSet && same(want.bricks, [...have.bricks, ...more])) {
    const force = want.onRootDisk ? " force" : "";
    return `by hand, on a host of the pool: gluster volume add-brick ${name} replica ${want.replica} ${more.join(" ")}${force}, and ${heals}`;
  }
  const replaced = have.bricks.map((brick) => (lost.includes(brick) ? more.shift() : brick));
  if (want.replica === have.replica && same(want.bricks, replaced)) {
    const commands = lost.map((brick) => {
      const place = have.bricks.indexOf(brick);
      return `gluster volume replace-brick ${name} ${brick} ${want.bricks[place]} commit force`;
    });
    return `by hand, on a host of the pool: ${commands.join(", then ")}; after each, ${heals}`;
  }
  return `move them by hand (gluster volume add-brick, remove-brick ${name} replica N, replace-brick; an order changes only as bricks leave and come back last) and after each step ${heals}`;
}

function change(why: string, script: Script): Change {
  return { why, script: withGluster(script), seconds: patience };
}

function create(name: string, want: GlusterVolumeValue): Change {
  const copies = want.replica > 1 ? ["replica", want.replica] : [];
  const force = want.onRootDisk ? ["force"] : [];
  return change(
    `make the volume ${name} of ${want.bricks.join(" ")} (was absent)`,
    sh`if [ ! -e ${`/var/lib/glusterd/vols/${name}/info`} ]; then
  patiently volume create ${name} ${copies} ${[...want.bricks]} ${force}
fi`,
  );
}

function setOptions(name: string, wanted: object, found: Record<string, string>): Change {
  const edits = Object.entries(wanted).map(
    ([option, text]) => `${option} to ${text} (was ${found[option] ?? "unset"})`,
  );
  const words = Object.entries(wanted).flat();
  return change(`set of ${name}: ${edits.join(", ")}`, sh`patiently volume set ${name} ${words}`);
}

function reset(name: string, option: string, old: string): Change {
  return change(
    `reset ${option} of ${name} (was ${old})`,
    sh`patiently volume reset ${name} ${option}`,
  );
}

function start(name: string): Change {
  return change(
    `start the volume ${name}`,
    sh`patiently volume start ${name} || case $said in *'already started'*) ;; *) exit 1 ;; esac`,
  );
}

/** A Gluster volume. */
export class GlusterVolume extends HostResource<GlusterVolumeKey, GlusterVolumeValue> {
  constructor(
    name: string,
    promise: HostPromise<GlusterVolumeKey, GlusterVolumeValue>,
    options?: pulumi.CustomResourceOptions,
  ) {
    super(glusterVolume, name, promise, options);
  }
}

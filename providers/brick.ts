import type * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import {
  emptyAgain,
  lookAtBrick,
  type Seen,
  seenIn,
  startAgain,
  takeAway,
  takeOver,
} from "./brick/scripts.ts";
import type { Change, HostState } from "./contract.ts";
import { Refused, Unseen } from "./errors.ts";
import { type HostPromise, HostResource } from "./resource.ts";
import { sh } from "./sh.ts";

/** Where, and for which volume. Another volume is another brick: what is there is put back first. */
export interface BrickKey {
  /** The folder itself: best one below a file system of its own, never its top folder. */
  readonly path: string;
  readonly volume: string;
}

/** Only `data` is a choice; the rest is always wanted as it is, and says what was found instead. */
export interface BrickValue {
  /** Wanted is always "its own": nothing, or its volume's data. Found may say what else is there. */
  readonly content?: string;
  /** Wanted is always "as its volume": the brick's process runs where the volume is started. */
  readonly process?: string;
  /** What `destroy` does with the data: "discard" only ever deletes what this promise made a brick. */
  readonly data?: string;
}

/**
 * A folder for one brick of one Gluster volume: empty, or that volume's own. The data of anybody else
 * (another volume, one that was deleted, files) is neither used nor wiped: that is refused.
 *
 * The folder carries a mark of ours, an extended attribute with the volume's name, so that it is known
 * after the volume is deleted.
 */
export const brick = {
  kind: "Brick",
  key: z.strictObject({
    path: z.string().regex(/^(\/[\w.-]+){2,}$/, "an absolute path, two folders deep at least"),
    volume: z.string().regex(/^[\w-]+$/, "letters, digits, _ and - only"),
  }),
  value: z.strictObject({
    content: z.literal("its own").default("its own"),
    data: z.enum(["keep", "discard"]).default("keep"),
    process: z.literal("as its volume").default("as its volume"),
  }),

  probe: ({ path }) => lookAtBrick(path),

  parse(stdout, { path, volume }, declared) {
    const seen = seenIn(stdout);
    const there = /^folder (.*)$/m.exec(stdout)?.[1];
    if (there === undefined && seen.listed === undefined) return undefined;
    if (there === "unreadable") {
      throw new Unseen(`getfattr, which tells whose brick ${path} is, is not installed`);
    }
    const process = /^process gone$/m.test(stdout) ? "gone" : "as its volume";
    const content = there ? whose(seen, volume) : missing(seen);
    return { content, process, data: declared?.data ?? "keep" };
  },

  converge({ path, volume }, want, have) {
    if (!want) return have ? [takeAway(path, false)] : [];
    const changes: Change[] = [];
    const was = have?.content ?? "absent";
    if (was !== want.content) {
      if (have && !free.includes(was)) refuse(path, volume, was);
      changes.push(takeOver(path, volume, was));
    }
    if (have && have.process !== want.process) changes.push(startAgain(path, volume));
    if (have && have.data !== want.data) {
      const why = `note what destroy does with the data of ${path}: ${want.data} it`;
      changes.push({ why, script: sh`:` });
    }
    return changes;
  },

  keep: ({ path }) => sh`if [ -d ${path} ]; then stat -c '%u:%g %a' ${path}; fi`,

  putBack({ path }, kept, found, have) {
    if (!have) return [];
    const discard = have.data === "discard";
    if (!found) return [takeAway(path, discard)];
    // What was a volume's brick before we came is not ours to empty.
    if (!free.includes(found.content ?? "")) return [];
    const [owner = "root:root", mode = "755"] = kept.trim().split(" ");
    return [emptyAgain(path, discard, owner, mode)];
  },
} satisfies HostState<BrickKey, BrickValue>;

const empty = "an empty folder";
const remains = "empty remains of a volume";
const free: readonly string[] = [empty, remains];

/** What a brick has left that was taken out of its volume. */
function dataOf(volume: string): string {
  return `data of ${volume}, which has no brick here any more`;
}

/** "its own", or what it holds instead. */
function whose(seen: Seen, volume: string): string {
  const { listed, known, volumes, id, mark, files, remains: left } = seen;
  if (listed !== undefined) {
    if (listed !== volume) return `a brick of ${listed}`;
    return id === known ? "its own" : `not the folder that ${listed} knows as its brick`;
  }
  if (files !== undefined) {
    const out = volumes.get(id ?? "");
    if (out !== undefined) return dataOf(out);
    if (mark !== undefined && id !== undefined) return `data of ${mark}, a volume that is gone`;
    return id === undefined ? `files of others: ${files}` : `data of an unknown volume, ${id}`;
  }
  if (id !== undefined || left) return remains;
  return mark === volume ? "its own" : empty;
}

function missing({ listed }: Seen): string {
  return `no folder, where ${listed} has a brick`;
}

/** @throws Refused always, with the way to do it by hand. */
function refuse(path: string, volume: string, what: string): never {
  const lost = what.startsWith("no");
  const out = what === dataOf(volume);
  const next = lost
    ? `was its disk replaced, or is it not mounted? Mount it; for a new one: gluster volume reset-brick ${volume} HOST:${path} start, then ... HOST:${path} HOST:${path} commit force, and wait for the healing`
    : out
      ? `the bricks of ${volume} have it too, once none has anything left to heal (gluster volume heal ${volume} info): then rm -r ${path}, and run again`
      : `look whose it is (ls -lA ${path}); move it away if it is to be kept, or remove it, and run again`;
  throw new Refused(
    `${path} cannot be a brick of ${volume}: found ${what}. Data is neither used nor wiped by itself.\n  Next: ${next}.`,
  );
}

/** A folder for one brick of a Gluster volume. */
export class Brick extends HostResource<BrickKey, BrickValue> {
  constructor(
    name: string,
    promise: HostPromise<BrickKey, BrickValue>,
    options?: pulumi.CustomResourceOptions,
  ) {
    super(brick, name, promise, options);
  }
}

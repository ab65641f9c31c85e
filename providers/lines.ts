import type * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import type { Change, HostState } from "./contract.ts";
import {
  differing,
  type Entries,
  keepFile,
  oneOrAll,
  ownEntries,
  parseEntries,
  probeEntries,
  putBackFile,
  rewrite,
} from "./entries.ts";
import { linesGrammar } from "./lines-grammar.ts";
import { type HostPromise, HostResource } from "./resource.ts";
import { absolutePath, lookAtFiles } from "./seen-file.ts";

const key = z.strictObject({
  /** An absolute path. A symbolic link is followed. */
  path: absolutePath,
  /**
   * How a line is known again by its id: `field 1` (the address in /etc/hosts), `field 2` (the mount point
   * in fstab), `assignment` (what stands before `=` in a file of shell variables), `line` (the whole line),
   * `marker` (a comment `# quintet: id` that we put behind the line).
   */
  by: z.enum(["field 1", "field 2", "assignment", "line", "marker"]),
});

const id = z.string().regex(/^\S(?:[^\n\r]*\S)?$/, "an id is not empty and has no line break");
const line = z
  .string()
  .regex(/^[^\n\r\0]*[^\s\0][^\n\r\0]*$/, "a line is not empty and has no line break")
  .transform((text) => text.replace(/^[ \t]+|[ \t]+$/g, ""));
const value = z.record(
  id,
  z.union([line, z.array(line).max(1, "a line is promised once").transform(oneOrAll)]),
);

/** One file, and how its lines are told apart. */
export type LinesKey = z.infer<typeof key>;
/** Each line by its id; `[]` is "must not be there". */
export type LinesValue = Entries;

/**
 * Single lines of a file that others edit too. Each stands there once: a line doubled by hand is drift,
 * and the first one stays. Everything else in the file keeps its place.
 */
export const lines = {
  kind: "Lines",
  key,
  value,

  shared: lookAtFiles,
  probe({ path, by }) {
    return probeEntries(path, linesGrammar(by));
  },

  parse(stdout, { path }) {
    return parseEntries(stdout, path)?.entries;
  },

  own: ownEntries,

  converge({ path, by }, want, have) {
    const entries = differing(want ?? {}, have ?? {});
    const names = Object.keys(entries);
    if (names.length === 0 && (want || !have)) return [];
    const told = names.map((name) => tell(name, entries[name], have?.[name]));
    const why = `${told.join(", ") || "leave nothing of ours"} in ${path}`;
    const edit = {
      entries,
      removeEmpty: want === undefined,
      ...(!have && { mode: "0644" }),
    };
    return [{ why, script: rewrite(path, linesGrammar(by), edit) }];
  },

  keep({ path }) {
    return keepFile(path);
  },

  putBack(where, kept, found, have): Change[] {
    if (!found) return lines.converge(where, undefined, have);
    const ours = Object.keys({ ...found, ...have });
    const edit = { entries: differing(found, have ?? {}) };
    return putBackFile(where.path, linesGrammar(where.by), kept, ours, edit);
  },
} satisfies HostState<LinesKey, LinesValue>;

/** Ids only: a line may hold a secret. */
function tell(name: string, to: Entries[string] | undefined, from: Entries[string] | undefined) {
  if (typeof to === "object" && to.length === 0) return `remove the line of ${name}`;
  if (typeof from === "string") return `set the line of ${name} (was different)`;
  return `set the line of ${name} (was ${from?.length ? `there ${from.length} times` : "absent"})`;
}

/** Lines of a file on a host, each by its id. */
export class Lines extends HostResource<LinesKey, LinesValue> {
  constructor(
    name: string,
    promise: HostPromise<LinesKey, LinesValue>,
    options?: pulumi.CustomResourceOptions,
  ) {
    super(lines, name, promise, options);
  }
}

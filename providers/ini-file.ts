import type * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import type { Change, HostState } from "./contract.ts";
import {
  differing,
  type Edit,
  type Entries,
  keepFile,
  lookAtEntries,
  oneOrAll,
  ownEntries,
  parseEntries,
  probeEntries,
  putBackFile,
  rewrite,
} from "./entries.ts";
import { iniGrammar } from "./ini-grammar.ts";
import { type HostPromise, HostResource } from "./resource.ts";
import { absolutePath } from "./seen-file.ts";

/** Where: an absolute path. A symbolic link is followed. */
const key = z.strictObject({ path: absolutePath });

/** Names without a slash are not keys of the file: whose the file is, and its mode. */
const dressNames = ["owner", "group", "mode"] as const;
type Dress = (typeof dressNames)[number];
const isDress = (name: string): name is Dress => dressNames.some((one) => one === name);

const value = z
  .record(z.string(), z.union([z.string(), z.array(z.string())]))
  .superRefine((wish, context) => {
    for (const [name, values] of Object.entries(wish)) {
      const message = complaint(name, values);
      if (message) context.addIssue({ code: "custom", path: [name], message });
    }
  })
  .transform((wish) =>
    Object.fromEntries(
      Object.entries(wish).map(([name, values]) => [name, canonical(name, values)]),
    ),
  );

/** One ini file by its absolute path. */
export type IniFileKey = z.infer<typeof key>;
/**
 * `section/key` with its value; `/key` for a key above the first section. Several values are several
 * lines with that key, `[]` is "must not be there"; a line break in a value is a continuation line.
 * Beside them `owner`, `group` and `mode`: a file that was not there is root's alone unless they say more.
 */
export type IniFileValue = Entries;

/**
 * Keys of an ini file as OpenStack's services read them. Comments, order and keys of others stay.
 * A value is taken as it stands, quotes and `#` included, without the blanks around it.
 */
export const iniFile = {
  kind: "IniFile",
  key,
  value,

  shared: lookAtEntries(iniGrammar),
  probe({ path }) {
    return probeEntries(path, iniGrammar);
  },

  parse(stdout, { path }) {
    const file = parseEntries(stdout, path);
    if (!file) return undefined;
    const { entries, ...dress } = file;
    return { ...entries, ...dress };
  },

  own: ownEntries,

  converge({ path }, want, have) {
    const edit = editFor(want, have);
    const names = Object.keys(edit.entries);
    const dress = dressNames.filter((name) => edit[name] !== undefined);
    if (names.length + dress.length === 0 && (want || !have)) return [];
    const told = [...names, ...dress].map((name) => tell(name, edit.entries[name], have?.[name]));
    const why = `${told.join(", ") || "leave nothing of ours"} in ${path}`;
    return [{ why, script: rewrite(path, iniGrammar, edit) }];
  },

  keep({ path }) {
    return keepFile(path);
  },

  putBack(where, kept, found, have): Change[] {
    if (!found) return iniFile.converge(where, undefined, have);
    const text = Buffer.from(kept.slice(kept.indexOf("\n") + 1), "base64").toString("latin1");
    const stays = Array.from(text.matchAll(/^\[(.+)\][ \t\r]*$/gm), ([, name]) => name ?? "");
    const ours = Object.keys({ ...found, ...have }).filter((name) => !isDress(name));
    return putBackFile(where.path, iniGrammar, kept, ours, { ...editFor(found, have), stays });
  },
} satisfies HostState<IniFileKey, IniFileValue>;

function editFor(want: IniFileValue | undefined, have: IniFileValue | undefined): Edit {
  const differ = differing(want ?? {}, have ?? {});
  const dress = (name: Dress) => (typeof differ[name] === "string" ? differ[name] : undefined);
  return {
    entries: Object.fromEntries(Object.entries(differ).filter(([name]) => !isDress(name))),
    owner: dress("owner"),
    group: dress("group"),
    mode: dress("mode"),
    removeEmpty: want === undefined,
  };
}

/** Names only: any value may be a secret. */
function tell(name: string, to: Entries[string] | undefined, from: Entries[string] | undefined) {
  if (isDress(name)) return `set ${name} (was ${from ?? "absent"})`;
  const slash = name.indexOf("/");
  const label = `[${name.slice(0, slash)}] ${name.slice(slash + 1)}`;
  if (typeof to === "object" && to.length === 0) return `remove ${label}`;
  if (typeof from === "string") return `set ${label} (was different)`;
  return `set ${label} (was ${from?.length ? `there ${from.length} times` : "absent"})`;
}

function complaint(name: string, values: string | string[]): string | undefined {
  if (isDress(name)) {
    if (typeof values !== "string") return `${name} is one word`;
    return name !== "mode" || /^[0-7]{3,4}$/.test(values)
      ? undefined
      : "a mode is three or four octal digits";
  }
  const slash = name.indexOf("/");
  const [section, option] = [name.slice(0, slash), name.slice(slash + 1)];
  if (slash < 0) return "a key is named section/key";
  if (/[\n\r\]]/.test(section)) return "a section's name has no bracket and no line break";
  if (!/^[^\s=:#;[](?:[^=:\n\r]*[^\s=:])?$/.test(option))
    return "a key has no = and no : in its name, and does not begin like a comment or a section";
  return [values].flat().some((one) => /\n[ \t\r]*(?:\n|$)/.test(one) || one.includes("\0"))
    ? "a value has no blank lines and no NUL"
    : undefined;
}

function canonical(name: string, values: string | string[]): string | string[] {
  if (isDress(name) && typeof values === "string")
    return name === "mode" ? values.padStart(4, "0") : values;
  const trimmed = (one: string) =>
    one
      .split("\n")
      .map((line) => line.replace(/^[ \t]+|[ \t\r]+$/g, ""))
      .join("\n");
  return oneOrAll(typeof values === "string" ? trimmed(values) : values.map(trimmed));
}

/** Keys of an ini file on a host. Secret values go into `secrets`, by the same names. */
export class IniFile extends HostResource<IniFileKey, IniFileValue> {
  constructor(
    name: string,
    promise: HostPromise<IniFileKey, IniFileValue>,
    options?: pulumi.CustomResourceOptions,
  ) {
    super(iniFile, name, promise, options);
  }
}

import type { Change } from "./contract.ts";
import { editing, type Grammar, listing, othersPart, separator } from "./entries-awk.ts";
import { Refused } from "./errors.ts";
import { lookAtFiles, seenFile } from "./seen-file.ts";
import { lines, type Script, Secret, sh } from "./sh.ts";
import { same } from "./values.ts";

/**
 * Managed entries of a text file that others edit too, by id. An empty list stands for "must not be
 * there", a list for an entry that stands there several times.
 */
export type Entries = Record<string, string | string[]>;

/** A file with entries: whose and in which mode it is, and every entry in it. */
export interface EntriesFile {
  readonly owner: string;
  readonly group: string;
  readonly mode: string;
  readonly entries: Entries;
}

/** What to make of a file: its entries, and whose it is where that is promised too. */
export interface Edit {
  /** Ids with their new values; an empty list takes the entry away. */
  readonly entries: Entries;
  readonly owner?: string | undefined;
  readonly group?: string | undefined;
  readonly mode?: string | undefined;
  /** Sections that stay even when they are empty. */
  readonly stays?: readonly string[];
  /** The file itself goes when nothing is left in it. */
  readonly removeEmpty?: boolean;
}

/** For kinds with a `path`, whose files are all of one grammar: what is told of files, and the entries of each. */
export function lookAtEntries(grammar: Grammar) {
  const look = sh`${lookAtFiles.look}
printf ${separator}
for path; do
  shift
  [ ! -f "$path" ] || set -- "$@" "$path"
done
[ $# = 0 ] || LC_ALL=C awk ${listing(grammar, "left out")} "$@"
true`;
  return { look, word: lookAtFiles.word };
}

/**
 * Prints the file's owner, group and mode, then its entries; or `absent`, or `other`. Where the look for
 * all tells no entries of it, or not all, they are looked at alone.
 */
export function probeEntries(path: string, grammar: Grammar): Script {
  const list = sh`{
  own=
  IFS=${separator}
  set -f
  for part in $shared; do
    case $part in ${`${path}\n`}*${"\nend\n"}) own=$part ;; esac
  done
  unset IFS
  set +f
  if [ -n "$own" ]; then printf '%s' "$own"
  else LC_ALL=C awk ${listing(grammar, "told")} ${path}; fi
}`;
  return seenFile(path, list, "followed");
}

/** @throws Refused for a folder or a device in the file's place. */
export function parseEntries(stdout: string, path: string): EntriesFile | undefined {
  const [head = "", ...rows] = stdout.split("\n");
  if (head === "absent") return undefined;
  const [what, owner, group, mode] = head.split(" ");
  if (what !== "file" || !owner || !group || !mode) {
    throw new Refused(
      `${path} is not a regular file.\n  Next: look what it is (ls -l ${path}); move it away if it may go.`,
    );
  }
  const found = new Map<string, string[]>();
  let values: string[] = [];
  for (const row of rows) {
    const word = row.slice(2);
    if (row.startsWith("i ")) {
      values = found.get(word) ?? [];
      found.set(word, values);
    } else if (row.startsWith("v ")) values.push(word);
    else if (row.startsWith("c ")) values.push(`${values.pop() ?? ""}\n${word}`);
  }
  const entries = Object.fromEntries([...found].map(([id, all]) => [id, oneOrAll(all)]));
  return { owner, group, mode: mode.padStart(4, "0"), entries };
}

/** One form for one wish: a list of one is that one. */
export function oneOrAll(values: string | string[]): string | string[] {
  return typeof values === "object" && values.length === 1 ? (values[0] ?? "") : values;
}

/** What of a file's entries a declaration speaks about; absence that is wanted shows as such. */
export function ownEntries(declared: Entries, have: Entries): Entries {
  const own = Object.entries(declared).flatMap(([id, wish]): [string, string | string[]][] => {
    const live = have[id];
    if (live !== undefined) return [[id, live]];
    return typeof wish === "object" && wish.length === 0 ? [[id, []]] : [];
  });
  return Object.fromEntries(own);
}

/** The entries that have to be written to come from `have` to `want`. */
export function differing(want: Entries, have: Entries): Entries {
  const ids = new Set([...Object.keys(want), ...Object.keys(have)]);
  const differ = [...ids].filter((id) => !same(want[id] ?? [], have[id] ?? []));
  return Object.fromEntries(differ.map((id) => [id, want[id] ?? []]));
}

/**
 * Rewrites a file whole or not at all: the new text is made in a file beside it, which has the old one's
 * owner, mode and label, and takes its place. A file that was not there is root's alone unless said
 * otherwise. A symbolic link is followed.
 */
export function rewrite(path: string, grammar: Grammar, edit: Edit): Script {
  return sh`${openBeside(path)}
${copyBeside}
${editBeside(grammar, edit)}
${dress(edit)}
${edit.removeEmpty ? sh`grep -q '[^[:space:]]' "$new" || { rm -f "$new" "$file"; exit; }` : sh`:`}
mv -f "$new" "$file" || fail`;
}

/** Prints what `putBackFile` needs: owner, mode and bytes. Nothing for a file that is not there. */
export function keepFile(path: string): Script {
  return sh`if [ -f ${path} ]; then stat -Lc '%u:%g %a' ${path} && base64 ${path}; fi`;
}

/**
 * Puts a file back. Its bytes come back where only our entries differ from what was kept, or where the
 * file is gone; where others have edited it since, `edit` alone is made. The order does not count as an
 * edit: an entry that left the declaration and came back then may stand elsewhere.
 */
export function putBackFile(
  path: string,
  grammar: Grammar,
  kept: string,
  ours: readonly string[],
  edit: Edit,
): Change[] {
  const end = kept.indexOf("\n");
  const [owner = "", mode = ""] = kept.slice(0, end).split(" ");
  const bytes = new Secret(kept.slice(end + 1));
  const taken = instruct({ entries: Object.fromEntries(ours.map((id) => [id, []])) });
  const script = sh`[ -d ${path.replace(/[^/]*$/, "")} ] || exit 0
${openBeside(path)}
kept() { printf '%s' ${bytes} | base64 -d; }
others() { LC_ALL=C awk ${othersPart(grammar)} - "$@" | LC_ALL=C sort; }
ours() { printf '%s\n' ${taken} .; }
if [ ! -e "$file" ]; then
( umask 077 && kept >"$new" ) && chown ${owner} "$new" && chmod ${mode} "$new" || fail
elif kept | cmp -s - "$file"; then
${copyBeside}
elif [ "$(ours | others "$file")" = "$({ ours; kept; } | others)" ]; then
${copyBeside}
kept >"$new" || fail
else
${copyBeside}
${editBeside(grammar, edit)}
fi
${dress(edit)}
mv -f "$new" "$file" || fail`;
  return [{ why: `put back ${path} as it was found`, script }];
}

function openBeside(path: string): Script {
  return sh`file=$(readlink -f ${path}) || { echo ${`${path}: its folder is missing`} >&2; exit 1; }
new=\${file%/*}/.\${file##*/}.quintet
fail() { rm -f "$new"; exit 1; }
rm -f "$new"`;
}

const copyBeside = sh`if [ -e "$file" ]; then cp -a "$file" "$new" || fail; else ( umask 077 && : >"$new" ) || fail; fi`;

function editBeside(grammar: Grammar, edit: Edit): Script {
  return sh`[ -e "$file" ] && from=$file || from=/dev/null
printf '%s\n' ${instruct(edit)} . | LC_ALL=C awk ${editing(grammar)} - "$from" >"$new" || fail`;
}

function dress({ owner, group, mode }: Edit): Script {
  return lines([
    ...(owner === undefined ? [] : [sh`chown ${owner} "$new" || fail`]),
    ...(group === undefined ? [] : [sh`chgrp ${group} "$new" || fail`]),
    ...(mode === undefined ? [] : [sh`chmod ${mode} "$new" || fail`]),
  ]);
}

/** The instructions for awk: on standard input, since any value may be a secret. */
function instruct({ entries, stays = [] }: Edit): Secret {
  const rows = Object.entries(entries).flatMap(([id, values]) => [
    `i ${id}`,
    ...[values].flat().map((value) => `v ${value.replaceAll("\n", "\nc ")}`),
  ]);
  return new Secret([...rows, ...stays.map((section) => `s ${section}`)].join("\n"));
}

import type * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import type { Change, HostState } from "./contract.ts";
import { Refused } from "./errors.ts";
import { type HostPromise, HostResource } from "./resource.ts";
import { toldOf } from "./seen-file.ts";
import { sh } from "./sh.ts";

/** Where: an absolute path, without a slash at its end. */
const key = z.strictObject({
  path: z.string().regex(/^(?:\/[^/\n]+)+$/, "an absolute path, without a slash at its end"),
});
const name = z.string().regex(/^[A-Za-z_][A-Za-z0-9_.-]*\$?$/, "a user or group is given by name");
const value = z.strictObject({
  owner: name,
  group: name,
  mode: z
    .string()
    .regex(/^[0-7]{3,4}$/, "a mode is three or four octal digits")
    .transform((octal) => octal.padStart(4, "0")),
});

/** One folder. It is not made together with its parents: each is a promise of its own. */
export type DirectoryKey = z.infer<typeof key>;
/** Owner and group by name; the mode in octal, three or four digits. */
export type DirectoryValue = z.infer<typeof value>;

/** What stands for each property while something is mounted there: the folder below cannot be seen. */
const covered = "covered by a mount";

/**
 * One folder with its owner, group and mode; never what is in it. Its parent must be there. While a file
 * system is mounted on it, owner and mode are that file system's own and count as held, and it is not
 * touched, not even looked at, since a dead mount would hang. At destroy a folder that we made goes
 * if it is empty.
 */
export const directory = {
  kind: "Directory",
  key,
  value,

  // On what is mounted at a path, nothing is asked.
  shared: {
    look: sh`
mounted=$(awk '{ path = $5; gsub(/\\\\040/, " ", path); gsub(/\\\\011/, "\t", path); gsub(/\\\\134/, "\\\\", path)
  print "on " path } END { print "end" }' /proc/self/mountinfo) || exit
echo begin
left=$#
while [ $left -gt 0 ]; do
  path=$1 left=$((left - 1))
  shift
  case $mounted in
    *"on $path
"*) printf 'mounted|%s\\n' "$path" ;;
    *) set -- "$@" "$path" ;;
  esac
done
[ $# = 0 ] || stat -Lc '%U %G %a|%n' -- "$@" 2>/dev/null
echo end`,
    word: ({ path }) => path,
  },
  probe({ path }) {
    return sh`
case $shared in *${`\nmounted|${path}\n`}*) echo mounted; exit ;; esac
if [ -d ${path} ]; then ${toldOf(path, "folder")}
elif [ -e ${path} ]; then echo other
else echo absent; fi`;
  },

  parse(stdout, { path }) {
    const [what, owner, group, mode] = stdout.trim().split(" ");
    if (what === "absent") return undefined;
    if (what === "mounted") return { owner: covered, group: covered, mode: covered };
    if (what !== "folder" || !owner || !group || !mode) {
      throw new Refused(
        `${path} is not a folder.\n  Next: look what it is (ls -ld ${path}); move it away if it may go.`,
      );
    }
    return { owner, group, mode: mode.padStart(4, "0") };
  },

  converge({ path }, want, have): Change[] {
    if (!want) return have ? [remove(path)] : [];
    return edits(path, want, have, `${want.owner}:${want.group}`);
  },

  // What is covered counts as held, and so shows as what is declared.
  own(declared, have) {
    return have.owner === covered ? declared : have;
  },

  // An owner may have no name: a folder that a removed package has left. Its number comes back.
  keep({ path }) {
    return sh`if ! grep -q ${mountedOn(path)} /proc/self/mountinfo && [ -d ${path} ]; then
stat -Lc '%u:%g' ${path}; fi`;
  },

  // A folder in which others have put something stays, and that is no failure.
  putBack(where, kept, found, have): Change[] {
    if (!found || kept === "") return directory.converge(where, found, have);
    return edits(where.path, found, have, kept.trim());
  },
} satisfies HostState<DirectoryKey, DirectoryValue>;

function edits(
  path: string,
  want: DirectoryValue,
  have: DirectoryValue | undefined,
  owner: string,
): Change[] {
  if (have?.owner === covered || want.owner === covered) return [];
  const wrong = (["owner", "group", "mode"] as const).filter(
    (property) => have?.[property] !== want[property],
  );
  if (wrong.length === 0) return [];
  // A mode of four digits leaves a folder's setuid and setgid bits as they are.
  const dress = sh`chown ${owner} ${path} && chmod ug-s ${path} && chmod ${want.mode} ${path}`;
  if (have) {
    const old = wrong.map((property) => `${property} (was ${have[property]})`);
    return [{ why: `set ${old.join(", ")} of ${path}`, script: dress }];
  }
  const make = sh`[ -d ${path} ] || mkdir -m 0700 ${path} || exit`;
  return [{ why: `make the folder ${path} (was absent)`, script: sh`${make}\n${dress}` }];
}

function remove(path: string): Change {
  const why = `remove the folder ${path} if it is empty`;
  const busy = `${path} was made by Quintet, and something is mounted on it. Next: unmount it (umount ${path}), then run again.`;
  return {
    why,
    script: sh`! grep -q ${mountedOn(path)} /proc/self/mountinfo || { echo ${busy} >&2; exit 1; }
rmdir ${path} || [ ! -e ${path} ] || [ -n "$(ls -A ${path})" ]`,
  };
}

/** A pattern for the line of what is mounted on this path: its fifth field. */
function mountedOn(path: string): string {
  return `^\\([^ ]* \\)\\{4\\}${inMountinfo(path).replace(/[.*[\\^$]/g, "\\$&")} `;
}

/** mountinfo writes a blank, a tab, a line break and a backslash as octal. */
function inMountinfo(path: string): string {
  return path.replace(/[ \t\n\\]/g, (char) => `\\${octal(char)}`);
}

function octal(char: string): string {
  return char.charCodeAt(0).toString(8).padStart(3, "0");
}

/** A folder on a host. */
export class Directory extends HostResource<DirectoryKey, DirectoryValue> {
  constructor(
    name: string,
    promise: HostPromise<DirectoryKey, DirectoryValue>,
    options?: pulumi.CustomResourceOptions,
  ) {
    super(directory, name, promise, options);
  }
}

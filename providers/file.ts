import type * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import type { Change, HostState } from "./contract.ts";
import { Refused } from "./errors.ts";
import { type HostPromise, HostResource } from "./resource.ts";
import { absolutePath, lookAtFiles, seenFile } from "./seen-file.ts";
import { type Script, Secret, sh } from "./sh.ts";

/** Where: an absolute path. */
const key = z.strictObject({ path: absolutePath });
/** Octal, as `stat -c %a` prints it, filled up to four digits. */
const mode = z
  .string()
  .regex(/^[0-7]{3,4}$/, "a mode is three or four octal digits")
  .transform(padMode);
const value = z.union([
  z.strictObject({ content: z.string(), owner: z.string(), group: z.string(), mode }),
  z.strictObject({ state: z.literal("absent") }),
]);

/** One regular file by its absolute path; links are not followed. */
export type FileKey = z.infer<typeof key>;
/** Content (UTF-8), owner and group by name, mode in octal; or `state: "absent"` alone. */
export type FileValue = z.infer<typeof value>;

/**
 * A whole regular file: content (UTF-8 text), owner, group and mode; or that there is none.
 *
 * What stood there before is kept byte for byte and comes back at destroy. A symbolic link or a folder
 * in its place is refused: following or replacing it could hit what somebody else means.
 */
export const file = {
  kind: "File",
  key,
  value,

  shared: lookAtFiles,
  probe: ({ path }) => seenFile(path, sh`cat ${path}`, "other"),

  parse(stdout, { path }) {
    const end = stdout.indexOf("\n");
    const head = end < 0 ? stdout : stdout.slice(0, end);
    if (head === "absent") return undefined;
    const [what, owner, group, octal] = head.split(" ");
    if (what !== "file" || !owner || !group || !octal) {
      throw new Refused(
        `${path} is not a regular file.\n  Next: look what it is (ls -l ${path}); move it away if it may go.`,
      );
    }
    return { content: stdout.slice(end + 1), owner, group, mode: padMode(octal) };
  },

  converge({ path }, want, have) {
    if (!want || "state" in want) {
      return have && !("state" in have)
        ? [{ why: `remove ${path}`, script: sh`rm -f ${[path, beside(path)]}` }]
        : [];
    }
    const old = have && !("state" in have) ? have : undefined;
    const wrong = (["content", "owner", "group", "mode"] as const).filter(
      (name) => old?.[name] !== want[name],
    );
    if (wrong.length === 0) return [];
    const why = old ? `set ${wrong.join(", ")} of ${path}` : `write ${path} (was absent)`;
    const contentHolds = old?.content === want.content;
    return [{ why, script: contentHolds ? dress(path, want) : replace(path, want) }];
  },

  keep({ path }) {
    return sh`if [ -f ${path} ] && [ ! -L ${path} ]; then stat -c '%u %g %a %Y' ${path} && base64 ${path}; fi`;
  },

  putBack({ path }, kept, found): Change[] {
    if (!found) return [{ why: `remove ${path}`, script: sh`rm -f ${[path, beside(path)]}` }];
    const end = kept.indexOf("\n");
    const [uid = "", gid = "", octal = ""] = kept.slice(0, end).split(" ");
    const bytes = new Secret(kept.slice(end + 1));
    // A folder that is gone took along what was ours in it; there is nothing left to put right.
    const script = sh`[ -d ${folderOf(path)} ] || exit 0
t=${beside(path)}; rm -f "$t"; umask 077
printf '%s\n' ${bytes} | base64 -d >"$t" && chown ${`${uid}:${gid}`} "$t" && chmod ${octal} "$t" && mv -f "$t" ${path} || { rm -f "$t"; exit 1; }`;
    return [{ why: `put back ${path} as it was found`, script }];
  },
} satisfies HostState<FileKey, FileValue>;

type Present = Extract<FileValue, { content: string }>;

/**
 * The new content goes into a file beside, and takes the old one's place whole. It goes through `cat`,
 * which says that a disk is full; the shell's own `printf` says "I/O error".
 */
function replace(path: string, want: Present): Script {
  return sh`${dropInFolder(path)}t=${beside(path)}; rm -f "$t"; umask 077
printf '%s' ${new Secret(want.content)} | cat >"$t" && chown ${`${want.owner}:${want.group}`} "$t" && chmod ${want.mode} "$t" && mv -f "$t" ${path} || { rm -f "$t"; exit 1; }`;
}

/**
 * A unit's folder of drop-ins may have gone since it was promised: Debian clears away all that are empty
 * whenever a unit of any package is purged.
 */
function dropInFolder(path: string): Script {
  const folder = folderOf(path);
  const isOne = /^\/etc\/systemd\/system\/[^/]+\.d\/$/.test(folder);
  return isOne ? sh`mkdir -p -m 755 ${folder} || exit\n` : sh``;
}

/** Always the same name, so that what a killed write has left there is found, and goes. */
function beside(path: string): string {
  return `${folderOf(path)}.${path.slice(path.lastIndexOf("/") + 1)}.quintet`;
}

function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/") + 1);
}

function dress(path: string, want: Present): Script {
  return sh`chown ${`${want.owner}:${want.group}`} ${path} && chmod ${want.mode} ${path}`;
}

function padMode(octal: string): string {
  return octal.padStart(4, "0");
}

/** A whole file on a host. A secret content goes into `secrets.content`. */
export class File extends HostResource<FileKey, FileValue> {
  constructor(
    name: string,
    promise: HostPromise<FileKey, FileValue>,
    options?: pulumi.CustomResourceOptions,
  ) {
    super(file, name, promise, options);
  }
}

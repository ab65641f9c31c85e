import type * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import type { Change, HostState } from "./contract.ts";
import { type HostPromise, HostResource } from "./resource.ts";
import { type Script, sh } from "./sh.ts";

/** The name as `sysctl -w` takes it: "net.ipv4.ip_forward"; with slashes where a part holds a dot. */
export interface SysctlKey {
  readonly name: string;
}

/** Both values as text; several words are parted by single blanks. */
export interface SysctlValue {
  /** What the kernel uses now; "absent" where it does not know the name (its module is not loaded). */
  readonly runtime: string;
  /**
   * What the files set at the next boot; "absent" where none of them speaks of it. Where a file that
   * is read after ours has the last word, it is named: "0 in /etc/sysctl.conf".
   */
  readonly boot: string;
}

const setting = z
  .string()
  .transform(oneSpaced)
  .refine((value) => value !== "", "an empty value cannot be read back");

/** A kernel setting: its value now, and a file of its own that sets it again at boot. */
export const sysctl = {
  kind: "Sysctl",
  key: z.strictObject({
    name: z.string().regex(/^[a-z]\w*([./][\w@:.-]+)+$/, 'a name such as "net.ipv4.ip_forward"'),
  }),
  value: z.strictObject({ runtime: setting, boot: setting }),

  // The kernel tells a value to the first read alone, and a shell's own `read` takes a letter at a time.
  // The live values, and all lines of files that may speak of one of them: for all settings at once.
  shared: {
    look: sh`
IFS='
' lasts=
for path; do lasts=$lasts\${lasts:+$IFS}\${path##*/}; done
grep -sH '' -- "$@"
set -- /etc/sysctl.d/*.conf /run/sysctl.d/*.conf /usr/local/lib/sysctl.d/*.conf \\
  /usr/lib/sysctl.d/*.conf /lib/sysctl.d/*.conf /etc/sysctl.conf
for file; do [ ! -e "$file" ] || printf 'file %s\\n' "$file"; done
grep -sHF -e "$lasts" -- "$@"
echo end`,
    word: ({ name }) => liveFile(name),
  },
  probe: ({ name }) => sh`
case $shared in *end) printf '%s\\n' "$shared" ;; *) exit 1 ;; esac
if [ -e ${liveFile(name)} ]; then
  case $shared in ${`${liveFile(name)}:`}* | *${`\n${liveFile(name)}:`}*) ;; *)
    value=$(tr '\\n\\t' '  ' <${liveFile(name)}) || exit
    printf '%s\\n' ${`${liveFile(name)}:`}"$value" ;;
  esac
fi`,

  parse(stdout, { name }) {
    const live = `${liveFile(name)}:`;
    const values = stdout.split("\n").filter((line) => line.startsWith(live));
    return {
      runtime:
        values.length === 0
          ? "absent"
          : oneSpaced(values.map((line) => line.slice(live.length)).join(" ")),
      boot: atNextBoot(stdout, name),
    };
  },

  converge({ name }, want, have) {
    const changes: Change[] = [];
    if (want && want.boot !== have?.boot) {
      changes.push(want.boot === "absent" ? forget(name) : setAtBoot(name, want.boot, have?.boot));
    }
    if (want && want.runtime !== have?.runtime && want.runtime !== "absent") {
      changes.push(setNow(name, want.runtime, have?.runtime));
    }
    return changes;
  },

  putBack({ name }, _kept, found, have) {
    // Our file goes even where the value at boot is the one that was found: the file which said so
    // then may be gone by now, and what its owner wants is not ours to keep.
    const now = found && found.runtime !== "absent" && found.runtime !== have?.runtime;
    return [forget(name), ...(now ? [setNow(name, found.runtime, have?.runtime)] : [])];
  },
} satisfies HostState<SysctlKey, SysctlValue>;

/** The file that only this promise writes. It sorts after the files that packages bring. */
function ownFile(name: string): string {
  return `/etc/sysctl.d/99-quintet-${name.replaceAll("/", ".")}.conf`;
}

// The first separator decides (sysctl.d(5)): after a dot, dots part the name and slashes are dots.
function liveFile(name: string): string {
  const dotsPart = /[./]/.exec(name)?.[0] === ".";
  const path = dotsPart ? name.replace(/[./]/g, (mark) => (mark === "." ? "/" : ".")) : name;
  return `/proc/sys/${path}`;
}

/** Values are words; the kernel parts them by tabs, people by spaces. */
function oneSpaced(value: string): string {
  return value.trim().replace(/\s+/g, " ");
}

function setNow(name: string, value: string, old = "unknown"): Change {
  return {
    why: `set ${name} to ${value} (was ${old})`,
    script: sh`
if [ ! -e ${liveFile(name)} ]; then
  echo ${`the kernel has no setting ${name}: the module that brings it is not loaded`} >&2; exit 1
fi
printf '%s\\n' ${value} >${liveFile(name)}`,
  };
}

function setAtBoot(name: string, value: string, old = "unknown"): Change {
  const overriding = / in (\/.*)$/.exec(old)?.[1];
  return {
    why: `set ${name} to ${value} at boot (was ${old})`,
    script: sh`
umask 022
mkdir -p /etc/sysctl.d && printf '%s = %s\\n' ${name} ${value} >${ownFile(name)}.new &&
  mv ${ownFile(name)}.new ${ownFile(name)} || exit
${overriding === undefined ? sh`` : tellWhoOverrides(name, overriding)}`,
  };
}

function tellWhoOverrides(name: string, file: string): Script {
  return sh`echo ${`${file} sets ${name} too and is read after ${ownFile(name)}: take the line out there`} >&2
exit 1`;
}

function forget(name: string): Change {
  return {
    why: `remove ${ownFile(name)}`,
    script: sh`rm -f ${ownFile(name)} ${ownFile(name)}.new`,
  };
}

/** What `sysctl --system` would end with, from the names of all files and the lines that matter. */
function atNextBoot(stdout: string, name: string): string {
  const files = [...stdout.matchAll(/^file (.+)$/gm)].map((match) => match[1] ?? "");
  let last: { file: string; value: string } | undefined;
  for (const file of inReadingOrder(files)) {
    for (const line of stdout.split("\n")) {
      if (!line.startsWith(`${file}:`)) continue;
      const [, key, value] =
        /^\s*-?([^#;=\s][^=\s]*)\s*=(.*)$/.exec(line.slice(file.length + 1)) ?? [];
      if (key === undefined || value === undefined || liveFile(key) !== liveFile(name)) continue;
      last = { file, value: oneSpaced(value) };
    }
  }
  if (!last) return "absent";
  const readAfterOurs = inReadingOrder([ownFile(name), last.file]).at(-1) !== ownFile(name);
  return readAfterOurs ? `${last.value} in ${last.file}` : last.value;
}

// One order by base name over all folders; a file hides those of its name in later folders.
function inReadingOrder(files: readonly string[]): string[] {
  const byName = new Map<string, string>();
  for (const file of files.filter((one) => one !== "/etc/sysctl.conf")) {
    const base = file.slice(file.lastIndexOf("/") + 1);
    if (!byName.has(base)) byName.set(base, file);
  }
  const sorted = [...byName].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, file]) => file);
  return [...sorted, ...files.filter((one) => one === "/etc/sysctl.conf")];
}

/** A kernel setting on a host, now and at boot. */
export class Sysctl extends HostResource<SysctlKey, SysctlValue> {
  constructor(
    name: string,
    promise: HostPromise<SysctlKey, SysctlValue>,
    options?: pulumi.CustomResourceOptions,
  ) {
    super(sysctl, name, promise, options);
  }
}

import type * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import type { Change, HostState } from "./contract.ts";
import { type HostPromise, HostResource } from "./resource.ts";
import { sh } from "./sh.ts";

/** The module's name as `lsmod` prints it: with underscores. */
export interface KernelModuleKey {
  readonly name: string;
}

/** Wanted is always true for both: what others load or ask for is not ours to forbid. */
export interface KernelModuleValue {
  /** In the kernel now; what is built in counts. */
  readonly loaded: boolean;
  /** Named in a file that is read at boot. Asked for what is built in too: the next kernel may differ. */
  readonly boot: boolean;
}

/** A kernel module: in the kernel now, and asked for at every boot. */
export const kernelModule = {
  kind: "KernelModule",
  key: z.strictObject({
    name: z.string().regex(/^\w+$/, 'a name as lsmod prints it, with underscores: "br_netfilter"'),
  }),
  value: z.strictObject({ loaded: z.literal(true), boot: z.literal(true) }),

  // What is built in without parameters has no folder in /sys; modules.builtin lists it, by file name,
  // which may hold a dash where the module's name has an underscore, as a file for the boot may.
  shared: {
    look: sh`
IFS='
'
files= lines=
for each; do
  name=\${each%% *} either=\${each#* }
  [ -d "/sys/module/$name" ] || files="$files\${files:+$IFS}/$either\\\\.ko"
  lines="$lines\${lines:+$IFS}[[:space:]]*$either[[:space:]]*"
done
[ -z "$files" ] || grep -hs -e "$files" "/lib/modules/$(uname -r)/modules.builtin"
set -- /etc/modules-load.d/*.conf /run/modules-load.d/*.conf /usr/local/lib/modules-load.d/*.conf \\
  /usr/lib/modules-load.d/*.conf /etc/modules
grep -hsx -e "$lines" -- "$@"
echo end`,
    word: ({ name }) => `${name} ${name.replaceAll("_", "[-_]")}`,
  },
  probe: ({ name }) => sh`
case $shared in *end) ;; *) exit 1 ;; esac
if [ -d ${`/sys/module/${name}`} ]; then echo loaded; else echo 'not loaded'; fi
printf '%s\\n' "$shared"`,

  parse(stdout, { name }) {
    const [now, ...rest] = stdout.split("\n");
    const said = rest.map((line) => line.trim().replaceAll("-", "_"));
    const builtIn = said.some((line) => line.includes(`/${name}.ko`));
    return { loaded: now === "loaded" || builtIn, boot: said.includes(name) };
  },

  converge({ name }, want, have) {
    const changes: Change[] = [];
    if (want && want.boot !== have?.boot) changes.push(want.boot ? loadAtBoot(name) : forget(name));
    if (want && want.loaded !== have?.loaded) changes.push(want.loaded ? load(name) : unload(name));
    return changes;
  },

  putBack({ name }, _kept, found, have) {
    return [forget(name), ...(found?.loaded === false && have?.loaded ? [unload(name)] : [])];
  },
} satisfies HostState<KernelModuleKey, KernelModuleValue>;

/** The file that only this promise writes. */
function ownFile(name: string): string {
  return `/etc/modules-load.d/quintet-${name}.conf`;
}

function load(name: string): Change {
  return { why: `load the kernel module ${name}`, script: sh`modprobe ${name}` };
}

function loadAtBoot(name: string): Change {
  return {
    why: `load the kernel module ${name} at boot`,
    script: sh`
umask 022
mkdir -p /etc/modules-load.d && echo ${name} >${ownFile(name)}.new &&
  mv ${ownFile(name)}.new ${ownFile(name)}`,
  };
}

function forget(name: string): Change {
  return {
    why: `remove ${ownFile(name)}`,
    script: sh`rm -f ${ownFile(name)} ${ownFile(name)}.new`,
  };
}

// The kernel refuses while something uses the module; that something is not ours to stop.
function unload(name: string): Change {
  return {
    why: `unload the kernel module ${name}, unless something uses it`,
    script: sh`modprobe -r ${name} 2>/dev/null || true`,
  };
}

/** A kernel module on a host, now and at boot. */
export class KernelModule extends HostResource<KernelModuleKey, KernelModuleValue> {
  constructor(
    name: string,
    promise: HostPromise<KernelModuleKey, KernelModuleValue>,
    options?: pulumi.CustomResourceOptions,
  ) {
    super(kernelModule, name, promise, options);
  }
}

import { type Script, sh } from "../sh.ts";

/** What one look at a unit has shown. */
export interface UnitShown {
  readonly enabled: boolean | string;
  readonly running: boolean;
  /** Not running, or on its way, but a socket that starts it on demand is. */
  readonly idle: boolean;
  /** "current", or which file changed since the running daemon has read it. */
  readonly config: string;
}

/** Where a change writes down what a unit has read at its start; gone after a reboot, as the unit is. */
export function notePath(unit: string): string {
  return `/run/quintet/${unit}`;
}

// A character that is in no name of a unit or a file that anybody has in earnest. One that has it all the
// same takes its unit's part apart, which then lacks its end, and counts for nothing.
const separator = "\x1e";

/** What the look for all has to know of a unit: its name, and the files that it reads. */
export function unitAndFiles(unit: string, files: readonly string[]): string {
  return [unit, ...files].join("\n");
}

/**
 * What systemd tells of many units, a part for each, then the sums of all files that they read. Each part
 * ends with a line `end`, without which it is not whole, and the separator.
 */
export const showUnits = sh`
line_end='
'
IFS=$line_end
set -f
units= files=
for word in $*; do
  case $word in /*) files=$files$word$line_end ;; *) units=$units$word$line_end ;; esac
done
shown=$(systemctl show --timestamp=us+utc -p Names -p LoadState -p ActiveState -p SubState -p UnitFileState \
  -p InvocationID -p TriggeredBy -p InactiveExitTimestamp -p ExecMainStartTimestamp -p NeedDaemonReload -p FragmentPath \
  -p DropInPaths -- $units) || exit
printf '%s\\n\\n' "$shown" | sed ${`s/^$/end${separator}/`}
for line in $shown; do
  case $line in FragmentPath=/etc/* | DropInPaths=*/etc/*)
    IFS=' '
    for path in \${line#*=}; do
      case $path in /etc/*) files=$files$path$line_end ;; esac
    done
    IFS=$line_end ;;
  esac
done
set --
for path in $files; do
  case "$line_end$*$line_end" in *"$line_end$path$line_end"*) ;; *) set -- "$@" "$path" ;; esac
done
[ $# = 0 ] || sha256sum -- "$@" 2>/dev/null
printf ${`end${separator}`}`;

/**
 * Takes the unit's own part; then, for a unit that runs, looks whether its files are those it has read.
 * Each program that a probe starts costs as much as all of its shell: where all is well, it starts none.
 */
export function probeUnit(unit: string, files: readonly string[]): Script {
  return sh`unit=${unit} line_end='
'
set -f -- ${files}
IFS=${separator}
own= sums=
for part in $shared; do
  sums=$part
  case $part in *"$unit"*"$line_end"end) ;; *) continue ;; esac
  IFS=$line_end
  for line in $part; do
    case $line in Names=*) case " \${line#*=} " in *" $unit "*) own=$part ;; esac ;; esac
  done
done
[ -n "$own" ] || { echo "systemctl show says nothing of $unit" >&2; exit 1; }
IFS=$line_end
for line in $own; do
  value=\${line#*=}
  case $line in
    ActiveState=*) active=$value ;;
    SubState=*) sub=$value ;;
    UnitFileState=generated) printf 'is-enabled=%s\\n' "$(systemctl is-enabled "$unit")" ;;
    InvocationID=*) invocation=$value ;;
    TriggeredBy=*) triggers=$value ;;
    FragmentPath=* | DropInPaths=*)
      IFS=' '
      for path in $value; do
        case $path in /etc/*) set -- "$@" "$path" ;; esac
      done
      IFS=$line_end ;;
  esac
done
printf '%s\\n' "\${own%end}"
# Behind a socket a daemon comes and goes with its work; one that fails and is tried again is not idle.
case $active,$sub in *,auto-restart) ;; inactive,* | deactivating,* | activating,*)
  IFS=' ' sockets=
  for trigger in $triggers; do
    case $trigger in *.socket) sockets="$sockets $trigger" ;; esac
  done
  # One that is active is enough for it. A unit's name has no blank.
  [ -z "$sockets" ] || ! systemctl is-active -q $sockets || echo idle=yes ;;
esac
case $active in active | reloading) ;; *) exit 0 ;; esac
[ $# != 0 ] || exit 0
note=$line_end
if [ -r ${notePath(unit)} ]; then
  while IFS= read -r line; do note=$note$line$line_end; done <${notePath(unit)}
fi
case $note in "$line_end$invocation$line_end"*) ;; *)
  stat -L -c 'ctime=%.6Z %n' -- "$@" 2>/dev/null
  exit 0 ;;
esac
case $sums in *"$line_end"end) ;; *) sums= ;; esac
IFS=$line_end
for file; do
  now=
  if [ ! -e "$file" ]; then now="absent  $file"
  else
    for line in $sums; do
      case $line in *"  $file") [ "\${line#*  }" != "$file" ] || now=$line ;; esac
    done
    [ -n "$now" ] || now=$(sha256sum -- "$file" 2>/dev/null)
  fi
  [ -n "$now" ] || continue
  case $note in
    *"$line_end$now$line_end"*) ;;
    *"  $file$line_end"*) printf 'changed=%s\\n' "$file" ;;
    *) stat -L -c 'ctime=%.6Z %n' -- "$file" 2>/dev/null ;;
  esac
done
exit 0`;
}

/** @returns undefined where there is no such unit. */
export function unitShown(stdout: string): UnitShown | undefined {
  const one = (name: string) => new RegExp(`^${name}=(.*)$`, "m").exec(stdout)?.[1] ?? "";
  if (one("LoadState") === "not-found") return undefined;
  // A unit without preparations is stamped as leaving "inactive" only after its process was forked.
  const began = ["InactiveExitTimestamp", "ExecMainStartTimestamp"]
    .map((name) => microseconds(one(name)))
    .filter((moment) => moment !== undefined);
  return {
    enabled: atBoot(one("is-enabled") || one("UnitFileState")),
    running: /^(active|reloading)$/.test(one("ActiveState")),
    idle: one("idle") === "yes",
    config: stale(stdout, began, one("NeedDaemonReload")) ?? "current",
  };
}

// A file's ctime is the kernel's coarse clock: up to one tick of 10 ms behind the clock of systemd.
const tick = 10_000n;

function atBoot(word: string): boolean | string {
  if (word === "enabled") return true;
  if (word === "disabled" || word === "") return false;
  return word;
}

function stale(stdout: string, began: readonly bigint[], needReload: string): string | undefined {
  const differ = [...stdout.matchAll(/^changed=(.*)$/gm)].map(([, file]) => file ?? "");
  const newer = [...stdout.matchAll(/^ctime=(\S+) (.*)$/gm)]
    .filter(([, seconds]) => {
      const changed = BigInt((seconds ?? "").replace(".", "")) + tick;
      return began.some((moment) => changed >= moment);
    })
    .map(([, , file]) => file ?? "");
  const files = [...differ, ...newer].sort();
  if (files.length > 0) return `older than ${files.join(", ")}`;
  return needReload === "yes" ? "older than its unit file" : undefined;
}

/** "Sun 2026-11-22 23:21:23.123456 UTC", as `--timestamp=us+utc` prints it. */
function microseconds(timestamp: string): bigint | undefined {
  const [, day, time, fraction = ""] =
    /(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)(?:\.(\d+))? UTC/.exec(timestamp) ?? [];
  if (day === undefined) return undefined;
  const whole = BigInt(Date.parse(`${day}T${time}Z`)) * 1000n;
  return whole + BigInt(fraction.padEnd(6, "0"));
}

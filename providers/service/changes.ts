import type { Change } from "../contract.ts";
import { lines, type Script, sh } from "../sh.ts";
import { notePath } from "./probe.ts";

// `systemctl start` itself may take 90 s, and so may a stop; then up to 60 s until it is active.
const seconds = 270;

export function stop(unit: string): Change {
  return { why: `stop ${unit}`, script: sh`systemctl stop ${unit} </dev/null`, seconds };
}

/** No change for a word that nobody can ask for, such as the "static" that was found. */
export function switchAtBoot(
  unit: string,
  wanted: boolean | string,
  now: boolean | string | undefined,
): Change[] {
  const why = (verb: string) => `${verb} ${unit} at boot (was ${inWords(now)})`;
  const unmasked = String(now).startsWith("masked")
    ? sh`systemctl unmask ${unit} && systemctl unmask --runtime ${unit} || exit`
    : sh``;
  if (wanted === "masked") {
    // A masked unit keeps the links that enabled it, and nobody sees them: they go first.
    const script = lines([
      sh`[ "$(systemctl is-enabled ${unit} 2>/dev/null)" = masked ] || { ${disable(unit)}; } || exit`,
      sh`systemctl mask ${unit}`,
    ]);
    return [{ why: `mask ${unit} (was ${inWords(now)})`, script }];
  }
  if (wanted === true) {
    const script = lines([mustExist(unit), unmasked, reloadUnits(unit), enable(unit)]);
    return [{ why: why("start"), script }];
  }
  if (wanted === false) {
    return [{ why: why("do not start"), script: lines([unmasked, disable(unit)]) }];
  }
  const masked = String(now).startsWith("masked");
  return masked ? [{ why: `unmask ${unit}`, script: unmasked }] : [];
}

function inWords(enabled: boolean | string | undefined): string {
  if (typeof enabled === "string") return enabled;
  return enabled ? "enabled" : "disabled";
}

function enable(unit: string): Script {
  return sh`
case $(systemctl is-enabled ${unit} 2>/dev/null) in
  static | indirect | transient | alias)
    echo ${`${unit} has nothing to enable: leave \`enabled\` out, or promise the unit that it is for`} >&2
    exit 1 ;;
esac
systemctl enable ${unit}`;
}

function disable(unit: string): Script {
  return sh`[ -z "$(systemctl show -p FragmentPath --value -- ${unit})" ] || systemctl disable ${unit}`;
}

export function start(unit: string, files: readonly string[]): Change {
  const how = unit.endsWith(".socket") ? startSocket() : sh`systemctl start "$unit"`;
  return { why: `start ${unit} (was not running)`, script: running(unit, files, how), seconds };
}

/** Takes over changed files. A changed unit file needs a restart, whatever the daemon can reload. */
export function follow(
  unit: string,
  files: readonly string[],
  wanted: "restart" | "reload",
  reason: string,
): Change {
  const reload = wanted === "reload" && !/unit file|\/etc\/systemd\//.test(reason);
  const again = unit.endsWith(".socket") ? startSocket() : sh`systemctl restart "$unit"`;
  const how = reload ? sh`systemctl reload-or-restart "$unit"` : again;
  return {
    why: `${reload ? "reload" : "restart"} ${unit} (it is ${reason})`,
    script: running(unit, files, how),
    seconds,
  };
}

/** Forgets what the unit has read: the note is ours alone. */
export function forgetNote(unit: string): Change {
  return {
    why: `forget what ${unit} has read`,
    script: sh`rm -f ${notePath(unit)}`,
  };
}

/** The digests are taken before the start: what changes while it starts has not surely been read. */
function running(unit: string, files: readonly string[], how: Script): Script {
  return lines([
    mustExist(unit),
    reloadUnits(unit),
    sh`unit=${unit}
set -- ${files}
for path in $(systemctl show -p FragmentPath -p DropInPaths --value -- "$unit"); do
  case $path in /etc/*) set -- "$@" "$path" ;; esac
done
read_then=$(
  for file; do [ -e "$file" ] || printf 'absent  %s\\n' "$file"; done
  [ $# = 0 ] || sha256sum -- "$@" 2>/dev/null
)
systemctl reset-failed "$unit" 2>/dev/null
{ ${how}; } </dev/null || failed=yes`,
    stayUp,
    sh`umask 077
mkdir -p /run/quintet && {
  systemctl show -p InvocationID --value -- "$unit" && printf '%s\\n' "$read_then"
} >${notePath(unit)}.new && mv ${notePath(unit)}.new ${notePath(unit)}`,
  ]);
}

/** systemd refuses to start a socket whose service runs: the service and its other sockets stop first. */
function startSocket(): Script {
  return sh`
service=$(systemctl show -p Triggers --value "$unit")
again=
if systemctl is-active -q "$service"; then
  for other in $(systemctl show -p TriggeredBy --value "$service"); do
    [ "$other" = "$unit" ] || ! systemctl is-active -q "$other" || again="$again $other"
  done
  systemctl stop $again "$service"
  again="$again $service"
fi
systemctl restart "$unit" && { [ -z "$again" ] || systemctl start $again; }`;
}

/** A daemon without a readiness protocol counts as started at once, so it is looked at again. */
const stayUp = sh`
tries=0
while [ -z "$failed" ]; do
  state=$(systemctl show -p ActiveState --value "$unit")
  case $state in
    active) break ;;
    activating | reloading | deactivating) ;;
    *) failed=yes ;;
  esac
  tries=$((tries + 1))
  [ $tries -lt 120 ] || failed=yes
  sleep 0.5
done
case $(systemctl show -p Type --value "$unit") in simple | exec | idle)
  sleep 0.5
  systemctl is-active -q "$unit" || failed=yes ;;
esac
if [ -n "$failed" ]; then
  {
    echo "$unit does not stay up: it is $(systemctl show -p ActiveState --value "$unit"), $(
      systemctl show -p SubState --value "$unit")"
    [ "$(systemctl show -p ConditionResult --value "$unit")" = yes ] ||
      echo "a start condition of its unit file does not hold"
    journalctl -u "$unit" -n 20 --no-pager --no-hostname
  } >&2
  exit 1
fi`;

function mustExist(unit: string): Script {
  return sh`
if [ "$(systemctl show -p LoadState --value -- ${unit})" = not-found ]; then
  systemctl daemon-reload
  [ "$(systemctl show -p LoadState --value -- ${unit})" != not-found ] || {
    echo ${`there is no unit ${unit}: the package that brings it is not installed`} >&2
    exit 1
  }
fi`;
}

function reloadUnits(unit: string): Script {
  return sh`[ "$(systemctl show -p NeedDaemonReload --value -- ${unit})" = no ] || systemctl daemon-reload`;
}

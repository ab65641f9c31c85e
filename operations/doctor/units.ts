import { sh } from "../../providers/sh.ts";
import type { ExpectedHost, ExpectedUnit } from "./expected.ts";
import { count, type Finding, type HostFinding, of, quoted, span } from "./finding.ts";
import { onEach, parts } from "./look.ts";

/**
 * Units that are promised, and any other that has failed. A daemon's last words (the last error among
 * them, if there is one) are in its own log file if it has one, else in the journal under its own name:
 * what systemd says about it is no news.
 */
export const units = onEach({
  name: "units",
  seconds: 20,

  script: ({ units }) =>
    units.length === 0
      ? undefined
      : sh`
set -- ${units.map(({ unit }) => unit)}
systemctl show --timestamp=unix -p LoadState -p ActiveState -p SubState -p UnitFileState -p Result \\
  -p NRestarts -p ActiveEnterTimestamp -- "$@"
echo
echo "now $(date +%s)"
systemctl list-units --failed --plain --no-legend --no-pager | awk '{ print "failed " $1 }'
set -- ${units.filter(({ promised }) => promised.active).map(({ unit }) => unit)}
[ $# != 0 ] || exit 0
for state in $(systemctl is-active -- "$@"); do
  unit=$1
  shift
  [ "$state" != active ] || continue
  echo "ended $unit"
  for socket in $(systemctl show -p TriggeredBy --value -- "$unit"); do
    case $socket in *.socket) ! systemctl is-active -q "$socket" || echo idle ;; esac
  done
  log=$(ls /var/log/*/"\${unit%.service}.log" 2>/dev/null | head -n 1)
  if [ -s "$log" ]; then
    echo "log $log"
    said=$(tail -n 50 "$log" | grep -E ' (ERROR|CRITICAL) +[^ ]+ +[^ ]' || tail -n 1 "$log")
  else
    said=$(timeout 5 journalctl -q -n 1 -o cat "_SYSTEMD_UNIT=$unit")
    [ -n "$said" ] || said=$(timeout 5 journalctl -q -n 1 -o cat -u "$unit")
  fi
  printf 'said %s\\n' "$(printf '%s' "$said" | tail -n 1 | cut -c 1-400)"
done`,

  judge(stdout, host) {
    const now = Number(/^now (\d+)$/m.exec(stdout)?.[1]);
    const blocks = (stdout.split(/^now /m)[0] ?? "").trim().split(/\n\n+/);
    const ended = new Map(parts(stdout, "ended"));
    const promised = host.units.flatMap((unit, index) => {
      const shown = shownIn(blocks[index] ?? "", ended.get(unit.unit) ?? "");
      const found = wrong(unit, shown, now);
      return found === undefined
        ? []
        : [{ what: unit.unit, command: further(unit, shown), ...found }];
    });
    const others = failedOthers(stdout, host);
    const well = host.units.length - promised.length;
    return of(host.name, [...promised, ...others], well > 0 ? count(well, "unit") : undefined);
  },
});

interface Shown {
  readonly load: string;
  readonly active: string;
  readonly sub: string;
  readonly atBoot: string;
  readonly result: string;
  readonly restarts: number;
  /** In seconds since 1970; 0 for one that never was. */
  readonly since: number;
  /** It does not run, but a socket that starts it on demand does. */
  readonly idle: boolean;
  readonly log: string | undefined;
  readonly said: string;
}

function shownIn(block: string, ended: string): Shown {
  const one = (name: string) => new RegExp(`^${name}=(.*)$`, "m").exec(block)?.[1] ?? "";
  return {
    load: one("LoadState"),
    active: one("ActiveState"),
    sub: one("SubState"),
    atBoot: one("UnitFileState"),
    result: one("Result"),
    restarts: Number(one("NRestarts")),
    since: Number(one("ActiveEnterTimestamp").replace("@", "")),
    idle: /^idle$/m.test(ended),
    log: /^log (.*)$/m.exec(ended)?.[1],
    said: /^said (.*)$/m.exec(ended)?.[1] ?? "",
  };
}

type Wrong = Pick<Finding, "level" | "found">;

const runs = ["active", "reloading"];
/** For who restarts this often, a moment in which it runs says little. */
const restless = 600;

function wrong({ promised }: ExpectedUnit, shown: Shown, now: number): Wrong | undefined {
  const running = runs.includes(shown.active);
  if (promised.active && !running && !shown.idle) return { level: "bad", found: notRunning(shown) };
  if (promised.active === false && running) {
    return { level: "look", found: "runs, and is promised not to" };
  }
  const young = now - shown.since;
  if (running && shown.restarts > 0 && young < restless) {
    const times = count(shown.restarts, "time");
    return {
      level: "look",
      found: `was restarted ${times} by systemd, the last ${span(young)} ago`,
    };
  }
  if (promised.enabled === true && /^(disabled|masked.*|)$/.test(shown.atBoot)) {
    const word = shown.atBoot || "not there";
    return { level: "look", found: `does not start at boot: it is ${word}` };
  }
  return undefined;
}

/** OpenStack's daemons begin each line with half a line of them. */
const requestIds = /\[(None )?(req-[^\]]*|-)\] /;

function notRunning({ load, active, sub, result, said }: Shown): string {
  if (load === "not-found") return "there is no such unit";
  const state = load === "masked" ? "masked" : `${active} (${sub})`;
  const reason = result === "success" || result === "" ? "" : `, ${result}`;
  return `${state}${reason}${said === "" ? "" : `; its last words: ${quoted(said.replace(requestIds, ""))}`}`;
}

function further({ unit }: ExpectedUnit, { log, active }: Shown): string {
  return log === undefined || runs.includes(active)
    ? `journalctl -u ${unit} -n 50`
    : `tail -n 50 ${log}`;
}

function failedOthers(stdout: string, { units }: ExpectedHost): HostFinding[] {
  const ours = new Set(units.map(({ unit }) => unit));
  return [...stdout.matchAll(/^failed (\S+)$/gm)].flatMap(([, what = ""]) =>
    ours.has(what)
      ? []
      : [
          {
            level: "look",
            what,
            found: "has failed; no promise of ours",
            command: `systemctl status ${what}`,
          },
        ],
  );
}

import { sh } from "../../providers/sh.ts";
import { guards } from "../../providers/transport/guard.ts";
import { count, type HostFinding, of, quoted, span } from "./finding.ts";
import { onEach } from "./look.ts";

/** What is left of memory, what was killed for want of it, and whether the host asks to be booted. */
export const memory = onEach({
  name: "memory",
  seconds: 15,

  // Systemd notes under this id that the kernel has killed a process of a unit.
  script: () => sh`
grep -E '^(MemTotal|MemAvailable|SwapTotal|SwapFree):' /proc/meminfo
sed 's/^/pressure /' /proc/pressure/memory 2>/dev/null
if [ -e /run/reboot-required ]; then echo reboot $(cat /run/reboot-required.pkgs 2>/dev/null); fi
timeout 10 journalctl -q --since=-1d -o json --output-fields=UNIT MESSAGE_ID=fe6faa94e7774663a0da52717891d8ef 2>/dev/null |
  sed -n 's/.*"UNIT" *: *"\\([^"]*\\)".*/killed \\1/p'
exit 0`,

  judge(stdout, { name }) {
    const kilobytes = (what: string) =>
      Number(new RegExp(`^${what}: +(\\d+)`, "m").exec(stdout)?.[1] ?? Number.NaN);
    const free = Math.round((100 * kilobytes("MemAvailable")) / kilobytes("MemTotal"));
    const swap = Math.round((100 * kilobytes("SwapFree")) / kilobytes("SwapTotal"));
    const waiting = Number(/^pressure full .*\bavg60=([\d.]+)/m.exec(stdout)?.[1] ?? 0);
    const findings: HostFinding[] = [];
    const look = (what: string, found: string, command: string) =>
      findings.push({ level: "look", what, found, command });
    if (free < 10) look("memory", `${free} % of it is left`, "top -b -n 1 -o %MEM");
    if (swap < 25) look("swap", `${swap} % of it is left`, "top -b -n 1 -o %MEM");
    if (waiting >= 10) {
      const found = `everything stood still for it ${waiting} % of the last minute`;
      look("memory", found, "cat /proc/pressure/memory");
    }
    for (const [unit, times] of killed(stdout)) {
      look(
        "memory",
        `${unit} was killed for want of it ${times} in the last day`,
        `journalctl -u ${unit} -n 50`,
      );
    }
    const reboot = /^reboot ?(.*)$/m.exec(stdout);
    if (reboot) {
      const packages = reboot[1] ? `: ${quoted(reboot[1])}` : "";
      look(
        "reboot",
        `is asked for by packages that were brought up to date${packages}`,
        "cat /run/reboot-required.pkgs",
      );
    }
    return of(name, findings, free >= 10 ? `memory ${100 - free} %` : undefined);
  },
});

function killed(stdout: string): [string, string][] {
  const units = [...stdout.matchAll(/^killed (\S+)$/gm)].map(([, unit = ""]) => unit);
  return [...new Set(units)].map((unit) => [
    unit,
    count(units.filter((one) => one === unit).length, "time"),
  ]);
}

const guardOld = 120;
const runOld = 900;

/** What runs of ours have left, or still do: a guard that nobody confirmed, the host's lock. */
export const runs = onEach({
  name: "runs of our own",
  seconds: 10,

  // The lock is looked at in the kernel's table: to try it would be to hold it.
  script: () => sh`
now=$(date +%s)
for file in ${guards("")}; do
  [ ! -e "$file" ] || echo "guard $((now - $(stat -c %Y "$file"))) $file"
done
[ -e /run/quintet/lock ] || exit 0
node=$(stat -c %i /run/quintet/lock)
awk -v node="$node" '$2 == "FLOCK" && $4 == "WRITE" { split($6, part, ":"); if (part[3] == node) print $5 }' /proc/locks |
  while read -r process; do
    echo "lock $((now - $(stat -c %Y "/proc/$process" 2>/dev/null || echo "$now"))) $process"
  done`,

  judge(stdout, { name }) {
    const findings: HostFinding[] = [];
    for (const [, age, file = ""] of stdout.matchAll(/^guard (\d+) (\S+)$/gm)) {
      if (Number(age) < guardOld) continue;
      const what = `guard ${file.slice(file.lastIndexOf("guard.") + 6).replace(/\.\w*(\.undoing)?$/, "")}`;
      const found = `was armed ${span(Number(age))} ago, and neither confirmed nor undone`;
      findings.push({ level: "look", what, found, command: `cat ${file}` });
    }
    for (const [, age, process = ""] of stdout.matchAll(/^lock (\d+) (\d+)$/gm)) {
      if (Number(age) < runOld) continue;
      const found = `a run has held this host for ${span(Number(age))}`;
      findings.push({ level: "look", what: "lock", found, command: `systemctl status ${process}` });
    }
    return of(name, findings);
  },
});

import { sh } from "../../providers/sh.ts";
import { type HostFinding, type Level, of } from "./finding.ts";
import { onEach } from "./look.ts";

/** Where things fill up: the system's own places, the brick, and every disk that is mounted. */
const places = ["/", "/var", "/var/log", "/run", "/tmp"];
const bad = 95;
const full = 85;

/** Space, and the number of files that a file system has room for. */
export const disks = onEach({
  name: "disks",
  seconds: 10,

  script: ({ brick }) => sh`
for path in ${brick === undefined ? places : [...places, brick]} $(awk '$3 ~ /^(ext[234]|xfs|btrfs|f2fs|vfat)$/ { print $2 }' /proc/mounts); do
  [ -d "$path" ] || continue
  if [ -w "$path" ]; then how=rw; else how=ro; fi
  echo "disk $(stat -c %d "$path") $path $how $(timeout 3 stat -f -c '%b %f %a %c %d' "$path")"
done`,

  judge(stdout, host) {
    const disks = disksIn(stdout);
    const findings = disks.flatMap(wrong);
    const root = disks[0];
    const well = root && `disk ${root.used} %`;
    return of(
      host.name,
      findings,
      findings.some(({ what }) => what === "disk /") ? undefined : well,
    );
  },
});

interface Disk {
  readonly path: string;
  readonly writable: boolean;
  /** In percent of what those who are not root may have, as `df` counts. */
  readonly used: number;
  readonly usedFiles: number;
}

/** One for each file system; a folder that lies on one that was there before is left out. */
function disksIn(stdout: string): Disk[] {
  const seen = new Set<string>();
  const lines = [...stdout.matchAll(/^disk (\d+) (\S+) (rw|ro) (\d+) (\d+) (\d+) (\d+) (\d+)$/gm)];
  return lines.flatMap(([, device = "", path = "", how, ...numbers]) => {
    // Where nobody is meant to write, nothing fills up.
    if (seen.has(device) || (how === "ro" && !places.includes(path))) return [];
    seen.add(device);
    const [blocks = 0, free = 0, available = 0, files = 0, freeFiles = 0] = numbers.map(Number);
    return [
      {
        path,
        writable: how === "rw",
        used: percent(blocks - free, available),
        usedFiles: percent(files - freeFiles, freeFiles),
      },
    ];
  });
}

function percent(used: number, free: number): number {
  return used + free === 0 ? 0 : Math.round((100 * used) / (used + free));
}

function wrong({ path, writable, used, usedFiles }: Disk): HostFinding[] {
  const what = `disk ${path}`;
  const findings: HostFinding[] = [];
  if (!writable) {
    findings.push({ level: "bad", what, found: "can only be read", command: "dmesg -T" });
  }
  const level = levelOf(used);
  if (level) {
    findings.push({ level, what, found: `${used} % full`, command: `du -xh -d 2 ${path}` });
  }
  const byFiles = levelOf(usedFiles);
  if (byFiles) {
    const found = `${usedFiles} % of the files that it has room for`;
    findings.push({ level: byFiles, what, found, command: `du -x --inodes -d 2 ${path}` });
  }
  return findings;
}

function levelOf(percent: number): Level | undefined {
  if (percent >= bad) return "bad";
  return percent >= full ? "look" : undefined;
}

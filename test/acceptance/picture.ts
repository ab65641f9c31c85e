import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  destroy,
  drift,
  expectStatus,
  type HostName,
  onEveryHost,
  runFolder,
  up,
} from "./cloud.ts";
import { resources } from "./stack.ts";

/** Everything about a host that destroy has to put back, as lines that name a thing and its state. */
type HostPicture = readonly string[];
export type Picture = ReadonlyMap<HostName, HostPicture>;

// Each line begins with its chapter, so that a difference says where it is.
const look = `
chapter() { sed "s/^/$1 /"; }
LC_ALL=C; export LC_ALL
cd / || exit
{
  find /etc -xdev -printf '%y %m %u:%g %p %l\\n'
  find /etc -xdev -type f -exec sha256sum {} +
} | chapter etc
# Of the rest, names and owners are enough: contents there are logs, caches and databases.
{
  find / -xdev -mindepth 1 -maxdepth 1 -printf '%y %m %u:%g %p\\n'
  find /export /home /opt /root /srv /usr/local /var -mindepth 1 -maxdepth 2 -printf '%y %m %u:%g %p\\n'
  find /var/lib /var/log -mindepth 2 -maxdepth 2 -printf '%y %m %u:%g %p\\n'
  find /run -xdev -mindepth 1 -maxdepth 1 -printf '%y %m %u:%g %p\\n'
} 2>/dev/null | sed -E 's/(systemd-private)-[0-9a-f]+-(.*)-\\w+$/\\1-\\2/' | sort -u | chapter tree
dpkg-query -W -f '\${db:Status-Abbrev} \${Package} \${Version}\\n' | chapter package
apt-mark showauto | chapter auto
# Sessions are those of whoever looks.
systemctl list-unit-files --no-legend --plain | awk '$1 !~ /^session-/ { print $1, $2 }' | chapter unit-file
systemctl list-units --all --no-legend --plain |
  awk '$1 !~ /^(session-|user@|user-|run-user|user.slice)/ && $2 != "not-found" { print $1, $2, $3, $4 }' | chapter unit
# Each boot draws the names of what it mounts over /proc, and of its services' own /tmp, anew.
awk '$5 !~ "^/run/user/" { sub(/[0-9a-f]+\\/\\/deleted$/, "", $4); print $4, $5, $6, $(NF - 2), $(NF - 1) }' /proc/self/mountinfo | chapter mount
{ ip -br addr; ip -4 route; ip netns list; } | sed 's/@if[0-9]* */ /; s/ *$//' | chapter network
for program in iptables ip6tables; do
  command -v $program-save >/dev/null || continue
  $program-save | sed 's/^\\(:.*\\) \\[[0-9:]*\\]$/\\1/; /^#/d' | chapter $program
done
# Counters, and what the kernel draws anew each time, are no settings.
sysctl -a 2>/dev/null |
  grep -Ev '^(fs\\.(dentry-state|file-nr|inode-nr|inode-state|quota\\..*|aio-nr)|kernel\\.(ns_last_pid|pty\\.nr|random\\..*)|net\\.netfilter\\.nf_conntrack_count) ' |
  chapter sysctl
getent passwd | chapter user
getent group | chapter group
`;

/** Takes the picture of all hosts. */
export async function takePicture(): Promise<Picture> {
  const seen = await onEveryHost(look, 120);
  return new Map(
    [...seen].map(([host, text]) => [
      host,
      text
        .split("\n")
        .filter((line) => line !== "")
        .sort(),
    ]),
  );
}

/** A difference that is no harm, and why. */
export interface Allowed {
  readonly line: RegExp;
  readonly because: string;
}

/** What is different, without what is allowed: "compute1: - etc …" was there before, "+ …" is there now. */
export function differences(
  before: Picture,
  after: Picture,
  allowed: readonly Allowed[] = [],
): string[] {
  return [...before].flatMap(([host, was]) => {
    const now = after.get(host) ?? [];
    const [old, fresh] = [new Set(was), new Set(now)];
    const gone = was.filter((line) => !fresh.has(line)).map((line) => `- ${line}`);
    const come = now.filter((line) => !old.has(line)).map((line) => `+ ${line}`);
    return [...gone, ...come]
      .filter((line) => !allowed.some((one) => one.line.test(line)))
      .map((line) => `${host}: ${line}`);
  });
}

const noted = join(runFolder, "picture-before.json");

/** The picture of the hosts as they were before the first up; taken now where nothing was noted. */
export async function pictureBefore(): Promise<Picture> {
  if (!existsSync(noted)) {
    // Only hosts without promises show what they were like before.
    if ((await resources()).length > 0) expectStatus(await destroy(), 0);
    const picture = await takePicture();
    writeFileSync(noted, JSON.stringify([...picture]), { mode: 0o600 });
    console.log("took the picture of the hosts before the first up");
  }
  return new Map(JSON.parse(readFileSync(noted, "utf8")) as [HostName, HostPicture][]);
}

/** Brings the stack up unless it stands, with the picture taken before. */
export async function converged(): Promise<void> {
  await pictureBefore();
  if ((await resources()).length > 0 && (await drift()).status === 0) return;
  expectStatus(await up(), 0);
}

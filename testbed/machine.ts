import { existsSync } from "node:fs";
import { access, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { unifiedRoot } from "./cgroup.ts";
import { attempt, run } from "./command.ts";
import { MachineUnfit } from "./errors.ts";
import { alone } from "./lock.ts";
import type { Place } from "./place.ts";
import { slowly } from "./progress.ts";

type Programs = readonly (readonly [program: string, package_: string])[];

/** Each program that the testbed runs on the machine, and the Debian package that brings it. */
const programs: Programs = [
  ["/usr/bin/systemd-nspawn", "systemd-container"],
  ["/usr/bin/systemd-socket-activate", "systemd"],
  ["/usr/bin/mmdebstrap", "mmdebstrap"],
  ["/usr/share/keyrings/debian-archive-keyring.gpg", "debian-archive-keyring"],
  ["/usr/sbin/depmod", "kmod"],
  ["/usr/sbin/ip", "iproute2"],
  ["/usr/bin/nc.openbsd", "netcat-openbsd"],
  ["/usr/bin/ssh-keygen", "openssh-client"],
  ["/usr/bin/xz", "xz-utils"],
];

/** For whoever works with the cloud from the operator's place. */
export const clientPrograms: Programs = [["/usr/bin/openstack", "python3-openstackclient"]];

/** Installs what is missing of the programs that the testbed needs. */
export async function installPrograms(at: Place, wanted = programs): Promise<void> {
  if (missingPackages(wanted).length === 0) return;
  if (!existsSync("/usr/bin/apt-get")) {
    throw new MachineUnfit(
      `the testbed needs ${missingPackages(wanted).join(", ")} on this machine and can install them only ` +
        "with apt-get, which is not here.",
    );
  }
  await alone(join(at.cache, "locks", "programs"), "packages being installed", async () => {
    const missing = missingPackages(wanted);
    if (missing.length === 0) return;
    const apt = ["apt-get", "-o", "DPkg::Lock::Timeout=300", "-q"];
    await slowly("reading the package lists", [...apt, "update"]);
    const install = ["install", "--yes", "--no-install-recommends", ...missing];
    await slowly(`installing ${missing.join(", ")}`, [...apt, ...install]);
  });
}

function missingPackages(wanted: Programs): string[] {
  // /bin and /sbin are folders of their own on machines that have not merged /usr.
  const here = (path: string) => existsSync(path) || existsSync(path.replace(/^\/usr/, ""));
  return [...new Set(wanted.filter(([path]) => !here(path)).map(([, package_]) => package_))];
}

/** Refuses whoever cannot enter the testbed. */
export function checkRoot(): void {
  if (process.platform !== "linux") {
    throw new MachineUnfit(
      `the testbed's hosts are Linux containers; this is ${process.platform}.`,
    );
  }
  if (process.getuid?.() !== 0) {
    throw new MachineUnfit(
      "the testbed needs root on this machine, for network namespaces, mounts and containers: " +
        "run it as root or with sudo.",
    );
  }
}

/** Refuses a machine that cannot carry hosts, with what is missing and what it is for. */
export async function checkMachine(): Promise<void> {
  checkRoot();
  // Asking for them loads them, on a kernel that has them as modules.
  const modules = ["overlay", "fuse", "tun", "veth", "bridge", "br_netfilter"];
  await sparingBridges(() => attempt(["modprobe", "-a", "-q", ...modules]));
  const filesystems = await readFile("/proc/filesystems", "utf8");
  const needs: [boolean, string][] = [
    [/\boverlay$/m.test(filesystems), "the overlay filesystem, which the hosts' disks are made of"],
    [/\bfuse$/m.test(filesystems), "the FUSE filesystem, by which GlusterFS is mounted"],
    [await canOpen("/dev/fuse"), "the device /dev/fuse, by which GlusterFS is mounted"],
    [await canOpen("/dev/net/tun"), "the device /dev/net/tun, by which guests have a network"],
    [
      existsSync(join(unifiedRoot(), "cgroup.procs")),
      "the unified cgroup hierarchy, in which the hosts' processes are kept",
    ],
  ];
  const lacking = needs.filter(([there]) => !there).map(([, need]) => need);
  const links = await attempt(["unshare", "--net", "sh", "-c", linksWork]);
  if (links.status !== 0) {
    lacking.push(`network namespaces with bridges and veth links (${links.stderr.trim()})`);
  }
  if (lacking.length > 0) {
    throw new MachineUnfit(`this machine's kernel does not offer ${lacking.join("; nor ")}.`);
  }
}

/**
 * Loads br_netfilter, unless it is there. The kernel then puts what passes the bridges of every network
 * before that network's firewall; in the machine's own, somebody's containers and guests would meet it.
 * The hosts' networks have settings of their own.
 */
export async function sparingBridges(
  load: () => Promise<unknown>,
  settings = "/proc/sys/net/bridge",
): Promise<void> {
  const wasThere = existsSync(settings);
  await load();
  if (wasThere) return;
  const names = await readdir(settings).catch(() => []);
  for (const name of names.filter((one) => one.startsWith("bridge-nf-call-"))) {
    await writeFile(join(settings, name), "0\n");
  }
}

const linksWork = "ip link add quintet type bridge && ip link add one type veth peer name other";

async function canOpen(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/** Refuses a run folder on a filesystem that cannot be the upper side of an overlay. */
export async function checkFolder(at: Place): Promise<void> {
  const trial = ["unshare", "--mount", "sh", "-c", overlayWorks, at.folder];
  const outcome = await attempt(trial);
  await run(["rm", "-rf", "--one-file-system", join(at.folder, "trial")]);
  if (outcome.status === 0) return;
  throw new MachineUnfit(
    `hosts' disks cannot lie in ${at.folder}: ${outcome.stderr.trim()}. ` +
      "Set QUINTET_TESTBED to a folder on an ordinary filesystem (ext4, xfs, btrfs).",
  );
}

const overlayWorks = `
cd "$0" && mkdir -p trial/lower trial/upper trial/work trial/root && cd trial &&
mount -t overlay -o lowerdir=lower,upperdir=upper,workdir=work overlay root && touch root/file`;

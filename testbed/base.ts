import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, rename, rm, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { run } from "./command.ts";
import { compiledTogether, diverted } from "./compiled-together.ts";
import { outside } from "./hosts.ts";
import { alone } from "./lock.ts";
import { type Mirrors, release } from "./mirrors.ts";
import { atInternet } from "./network.ts";
import type { Place } from "./place.ts";
import { slowly } from "./progress.ts";

// What a person has who installed Debian with "SSH server" and nothing else. All that the cloud needs
// beyond it is installed by promises.
const packages = [
  ...["systemd", "systemd-sysv", "systemd-timesyncd", "dbus", "libpam-systemd", "kmod", "procps"],
  ...["netbase", "openssh-server", "sudo", "iproute2", "ifupdown", "iputils-ping"],
  "ca-certificates",
];

/** Files of the base that differ from what the packages bring. */
const files: Readonly<Record<string, string>> = {
  // Nothing answers there, and nobody is to wait for it.
  "etc/resolv.conf": `nameserver ${outside.internet}\noptions timeout:1 attempts:1\n`,
  // The mirror may be a snapshot, whose indexes are past their date.
  "etc/apt/apt.conf.d/90snapshot":
    'Acquire::Check-Valid-Until "false";\nAcquire::Languages "none";\n',
  // A host that loses its power here has not lost what it wrote: the machine keeps it.
  "etc/dpkg/dpkg.cfg.d/testbed": "force-unsafe-io\n",
  ...compiledTogether,
};

// What would act by itself while a test looks at the host, and devices, which are the machine's. The
// two paths wait for a passphrase that nobody asks for, with an inotify instance each: the machine has
// 128 of those for all hosts together.
const masked = [
  ...["systemd-ask-password-console.path", "systemd-ask-password-wall.path"],
  ...["apt-daily.timer", "apt-daily-upgrade.timer", "dpkg-db-backup.timer", "fstrim.timer"],
  ...["console-getty.service", "systemd-udevd.service", "systemd-udev-trigger.service"],
];

// These set kernel.* and fs.*, which are the machine's: `sysctl --system` would fail on them.
// The last two come with libvirt.
const maskedSysctl = [
  ...["10-coredump-debian.conf", "50-pid-max.conf"],
  ...["60-libvirtd.conf", "60-qemu-postcopy-migration.conf"],
];

function archives(mirrors: Mirrors): string[] {
  const cache = `http://${outside.internet}:3142`;
  const security = `deb ${cache}/debian-security ${release}-security main`;
  return [
    `deb ${cache}/debian ${release} main`,
    `deb ${cache}/debian ${release}-updates main`,
    ...(mirrors["debian-security"] === undefined ? [] : [security]),
  ];
}

/**
 * The root folder that all hosts' disks begin with, built if this recipe has not been built before.
 * The network must be laid: packages come through the same cache that will answer the hosts.
 */
export async function baseFolder(at: Place, mirrors: Mirrors): Promise<string> {
  const sources = archives(mirrors);
  const recipe = JSON.stringify([packages, sources, files, masked, maskedSysctl, process.arch]);
  const key = createHash("sha256").update(recipe).digest("hex").slice(0, 12);
  const base = join(at.cache, `base-${key}`);
  if (!existsSync(base)) {
    await alone(join(at.cache, "locks", `base-${key}`), "the base image being built", async () => {
      if (!existsSync(base)) await build(at, sources, base);
    });
  }
  return base;
}

async function build(at: Place, sources: readonly string[], base: string): Promise<void> {
  const partial = `${base}.partial`;
  await run(["rm", "-rf", "--one-file-system", partial]);
  // Its own mounts and processes end with it: also when this process is killed in the middle.
  const contained = ["setpriv", "--pdeathsig", "KILL", "unshare", "--mount", "--pid", "--fork"];
  await slowly(
    "building the base image (Debian 13, about a minute, once)",
    atInternet(at, [
      ...[...contained, "--kill-child", "--mount-proc"],
      ...["mmdebstrap", "--mode=root", "--variant=minbase", "--format=directory"],
      ...["--keyring=/usr/share/keyrings/debian-archive-keyring.gpg"],
      ...[`--include=${packages.join(",")}`, release, partial, ...sources],
    ]),
  );
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(partial, name)), { recursive: true });
    const mode = content.startsWith("#!") ? 0o755 : 0o644;
    await writeFile(join(partial, name), content, { mode });
  }
  for (const words of diverted) await run(["dpkg-divert", "--root", partial, ...words]);
  await writeFile(join(partial, "etc/apt/sources.list"), `${sources.join("\n")}\n`);
  await mkdir(join(partial, "etc/sysctl.d"), { recursive: true });
  for (const unit of masked) await symlink("/dev/null", join(partial, "etc/systemd/system", unit));
  for (const file of maskedSysctl) await symlink("/dev/null", join(partial, "etc/sysctl.d", file));
  await run(["sh", "-c", 'rm -f "$0"/etc/ssh/ssh_host_* "$0"/etc/hostname', partial]);
  await mkdir(join(partial, "export"), { recursive: true });
  await rename(partial, base);
  await rm(`${base}.partial`, { recursive: true, force: true });
}

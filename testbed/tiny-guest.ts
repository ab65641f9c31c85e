/**
 * The smallest guest that can be watched while it migrates: Debian's cloud kernel and a busybox. It is
 * booted by its kernel and initramfs, so its image is nothing but an empty disk. Once a second it
 * writes "beat N BOOT-ID" to its disk and prints it to its serial port, with what became of the write.
 *
 *   node testbed/tiny-guest.ts           builds it, if need be, and prints the folder that holds it
 */
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rename, rm, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { run } from "./command.ts";
import { MachineUnfit, TestbedError } from "./errors.ts";
import { initramfs } from "./initramfs.ts";
import { alone } from "./lock.ts";
import { machineMirrors, release } from "./mirrors.ts";
import { type Place, place } from "./place.ts";
import { slowly } from "./progress.ts";

/** What a domain's XML names: `<kernel>`, `<initrd>`, `<cmdline>`, and a raw disk (virtio, vda). */
export interface TinyGuest {
  readonly kernel: string;
  readonly initrd: string;
  readonly commandLine: string;
  readonly disk: string;
}

export const beat = /^beat ([0-9]+) ([0-9a-f-]{36}) (written|lost)$/;

const diskMegabytes = 16;
const recipe = 1;

// The line fills a sector, so that a reader of the disk finds whole lines. The last sixteen beats stay.
const init = `#!/bin/busybox sh
/bin/busybox --install -s /bin
export PATH=/bin
mount -t proc proc /proc
mount -t devtmpfs dev /dev
insmod /virtio_blk.ko
exec </dev/ttyS0 >/dev/ttyS0 2>&1
boot=$(cat /proc/sys/kernel/random/boot_id)
n=0
while :; do
  n=$((n + 1))
  if printf '%-511s\\n' "beat $n $boot" |
    dd of=/dev/vda bs=512 seek=$((n % 16)) conv=notrunc,fsync 2>/dev/null
  then echo "beat $n $boot written"
  else echo "beat $n $boot lost"
  fi
  sleep 1
done
`;

export async function tinyGuest(at: Place = place()): Promise<TinyGuest> {
  const folder = join(at.cache, `tiny-guest-${recipe}`);
  if (!existsSync(folder)) {
    await alone(join(at.cache, "locks", "tiny-guest"), "the tiny guest being built", async () => {
      if (!existsSync(folder)) await build(folder);
    });
  }
  return {
    kernel: join(folder, "vmlinuz"),
    initrd: join(folder, "initrd.img"),
    commandLine: "console=ttyS0,115200 quiet panic=5 mitigations=off",
    disk: join(folder, "disk.raw"),
  };
}

async function build(folder: string): Promise<void> {
  if (process.arch !== "x64") {
    throw new MachineUnfit(
      `the tiny guest is made for amd64 machines; this one is ${process.arch}.`,
    );
  }
  const partial = `${folder}.partial`;
  await rm(partial, { recursive: true, force: true });
  await mkdir(partial, { recursive: true });
  const debs = await fetchDebs(partial);
  for (const deb of debs) await run(["dpkg-deb", "-x", deb, join(partial, "unpacked")]);
  const kernel = await theOne(partial, /\/vmlinuz-[^/]+$/);
  const driver = await theOne(partial, /\/virtio_blk\.ko(\.xz)?$/);
  if (driver.endsWith(".xz")) await run(["xz", "--decompress", driver]);
  const packed = initramfs([
    ...["bin", "dev", "proc"].map((name) => ({ name, mode: 0o755 })),
    {
      name: "bin/busybox",
      mode: 0o755,
      content: await readFile(await theOne(partial, /\/bin\/busybox$/)),
    },
    { name: "virtio_blk.ko", mode: 0o644, content: await readFile(driver.replace(/\.xz$/, "")) },
    { name: "init", mode: 0o755, content: Buffer.from(init) },
  ]);
  await rename(kernel, join(partial, "vmlinuz"));
  await writeFile(join(partial, "initrd.img"), await promisify(gzip)(packed));
  await writeFile(join(partial, "disk.raw"), "");
  await truncate(join(partial, "disk.raw"), diskMegabytes * 1024 * 1024);
  for (const scratch of ["unpacked", "apt", "debs"]) {
    await rm(join(partial, scratch), { recursive: true, force: true });
  }
  await rename(partial, folder);
}

/** Fetches the packages with the machine's apt, which checks them, through lists of their own. */
async function fetchDebs(partial: string): Promise<string[]> {
  const lists = join(partial, "apt");
  const debs = join(partial, "debs");
  await mkdir(join(lists, "state/lists/partial"), { recursive: true });
  await mkdir(join(lists, "cache/archives/partial"), { recursive: true });
  await mkdir(debs);
  const { debian } = await machineMirrors();
  const keyring = "/usr/share/keyrings/debian-archive-keyring.gpg";
  await writeFile(
    join(lists, "sources.list"),
    `deb [signed-by=${keyring}] ${debian} ${release} main\n`,
  );
  const settings = Object.entries({
    "Dir::Etc::sourcelist": join(lists, "sources.list"),
    "Dir::Etc::sourceparts": join(lists, "none"),
    "Dir::State": join(lists, "state"),
    "Dir::Cache": join(lists, "cache"),
    "Acquire::Languages": "none",
    "APT::Sandbox::User": "root",
    // What a desktop's software catalogue would fetch too, five times as large.
    "Acquire::IndexTargets::deb::DEP-11::DefaultEnabled": "false",
  }).flatMap(([name, value]) => ["-o", `${name}=${value}`]);
  await slowly("reading the package lists for the tiny guest", [
    ...["apt-get", ...settings, "-q", "update"],
  ]);
  const depends = await run(["apt-cache", ...settings, "depends", "linux-image-cloud-amd64"]);
  const image = /Depends: (linux-image-\S+)/.exec(depends)?.[1];
  if (image === undefined) throw new TestbedError(`${debian} ${release} has no cloud kernel.`);
  const fetch = ["apt-get", ...settings, "-q", "download", image, "busybox-static"];
  await slowly("fetching the tiny guest's kernel (35 MB, once)", [
    "sh",
    "-c",
    'cd "$0" && exec "$@"',
    debs,
    ...fetch,
  ]);
  return (await readdir(debs)).map((name) => join(debs, name));
}

async function theOne(partial: string, pattern: RegExp): Promise<string> {
  const top = join(partial, "unpacked");
  const names = await readdir(top, { recursive: true });
  const name = names.find((one) => pattern.test(`/${one}`));
  if (name === undefined) throw new TestbedError(`the fetched packages hold no ${pattern.source}.`);
  return join(top, name);
}

if (import.meta.main) {
  const { kernel } = await tinyGuest();
  console.log(join(kernel, ".."));
}

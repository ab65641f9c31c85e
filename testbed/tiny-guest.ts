/**
 * The smallest guest that can be watched while it migrates: Debian's cloud kernel and a busybox. It is
 * booted by its kernel and initramfs, so its image is nothing but an empty disk. Once a second it
 * writes "beat N BOOT-ID" to its disk and prints it to its serial port, with what became of the write.
 *
 *   node testbed/tiny-guest.ts           builds it, if need be, and prints the folder that holds it
 */
import { readFile, rename, rm, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { builtOnce } from "./built-once.ts";
import { theOne, unpackedDebs } from "./debs.ts";
import { guestModules } from "./guest-modules.ts";
import { initramfs } from "./initramfs.ts";
import { type Place, place } from "./place.ts";

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
insmod /modules/virtio_blk.ko
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
  const folder = await builtOnce(at, `tiny-guest-${recipe}`, "the tiny guest", build);
  return {
    kernel: join(folder, "vmlinuz"),
    initrd: join(folder, "initrd.img"),
    commandLine: "console=ttyS0,115200 quiet panic=5 mitigations=off",
    disk: join(folder, "disk.raw"),
  };
}

async function build(partial: string): Promise<void> {
  const scratch = join(partial, "scratch");
  const top = await unpackedDebs(scratch, "the tiny guest");
  const packed = initramfs([
    ...["bin", "dev", "proc"].map((name) => ({ name, mode: 0o755 })),
    {
      name: "bin/busybox",
      mode: 0o755,
      content: await readFile(await theOne(top, /\/bin\/busybox$/)),
    },
    ...(await guestModules(top, ["virtio_blk"])),
    { name: "init", mode: 0o755, content: Buffer.from(init) },
  ]);
  await rename(await theOne(top, /\/vmlinuz-[^/]+$/), join(partial, "vmlinuz"));
  await writeFile(join(partial, "initrd.img"), await promisify(gzip)(packed));
  await writeFile(join(partial, "disk.raw"), "");
  await truncate(join(partial, "disk.raw"), diskMegabytes * 1024 * 1024);
  await rm(scratch, { recursive: true, force: true });
}

if (import.meta.main) {
  const { kernel } = await tinyGuest();
  console.log(join(kernel, ".."));
}

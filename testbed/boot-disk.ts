import { mkdir, readFile, stat, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { run } from "./command.ts";
import { onOwnLibraries } from "./debs.ts";

const sector = 512;
const megabyte = 1024 * 1024;
// Where partitions begin since disks lie to their BIOS about their shape; the first is found by that.
const firstSector = megabyte / sector;
const keptMegabytes = 32;
// Boot loader and file system take less than this.
const slackMegabytes = 2;

/** A kernel, what it boots into, and the line that it is given. */
export interface Boot {
  readonly kernel: string;
  readonly initrd: string;
  readonly commandLine: string;
}

/** The Debian packages of which the tools are that make such a disk. */
export const diskTools = ["syslinux", "mtools"] as const;

/**
 * Makes a disk that a PC's BIOS boots: a first partition with the boot loader, which the guest never
 * mounts, so that no power loss can keep it from booting; and a second for what the guest keeps.
 * @param top the folder with the unpacked packages
 * @param folder for what it is put together from, which may go afterwards
 */
export async function bootDisk(top: string, folder: string, boot: Boot): Promise<Buffer> {
  const booting = await bootPartition(top, folder, boot);
  const keeping = await keptPartition(top, folder);
  const first = { type: 0x0e, active: true, start: firstSector, sectors: booting.length / sector };
  const second = {
    type: 0x83,
    active: false,
    start: first.start + first.sectors,
    sectors: keeping.length / sector,
  };
  const start = Buffer.alloc(firstSector * sector);
  bootRecord(await readFile(join(top, "usr/lib/SYSLINUX/mbr.bin")), [first, second]).copy(start);
  return Buffer.concat([start, booting, keeping]);
}

/** A FAT file system, made and filled by tools that want neither root nor a mount. */
async function bootPartition(top: string, folder: string, boot: Boot): Promise<Buffer> {
  const file = join(folder, "boot.fat");
  const config = join(folder, "syslinux.cfg");
  await writeFile(
    config,
    `DEFAULT guest
PROMPT 0
NOESCAPE 1
LABEL guest
 KERNEL vmlinuz
 INITRD initrd.img
 APPEND ${boot.commandLine}
`,
  );
  const sizes = await Promise.all(
    [boot.kernel, boot.initrd].map(async (of) => (await stat(of)).size),
  );
  const content = sizes.reduce((sum, size) => sum + size, slackMegabytes * megabyte);
  const megabytes = Math.ceil(content / megabyte);
  await writeFile(file, "");
  await truncate(file, megabytes * megabyte);

  const mtools = [...onOwnLibraries(top, "usr/bin/mtools"), "-c"];
  const tools = join(folder, "tools");
  await mkdir(tools);
  // The boot loader's installer calls these two by their names.
  for (const name of ["mcopy", "mattrib"]) {
    const call = [...mtools, name].map((word) => `'${word}'`).join(" ");
    await writeFile(join(tools, name), `#!/bin/sh\nexec ${call} "$@"\n`, { mode: 0o755 });
  }
  const steady = ["env", `PATH=${tools}:${process.env.PATH}`, "SOURCE_DATE_EPOCH=0", "MTOOLSRC="];
  const shape = ["-h", "16", "-s", "63", "-T", `${(megabytes * megabyte) / sector}`];
  const where = ["-H", `${firstSector}`, "-N", "51746574"];
  await run([...steady, ...mtools, "mformat", "-i", file, ...shape, ...where, "::"]);
  for (const [from, to] of [
    [boot.kernel, "vmlinuz"],
    [boot.initrd, "initrd.img"],
    [config, "syslinux.cfg"],
  ] as const) {
    await run([...steady, ...mtools, "mcopy", "-i", file, from, `::${to}`]);
  }
  await run([...steady, ...onOwnLibraries(top, "usr/bin/syslinux"), "--install", file]);
  return readFile(file);
}

async function keptPartition(top: string, folder: string): Promise<Buffer> {
  const file = join(folder, "kept.ext2");
  await writeFile(file, "");
  await truncate(file, keptMegabytes * megabyte);
  await run([join(top, "usr/bin/busybox"), "mke2fs", "-F", "-m", "0", "-L", "kept", file]);
  return readFile(file);
}

/** A partition, in sectors of the disk. */
export interface Partition {
  readonly type: number;
  readonly active: boolean;
  readonly start: number;
  readonly sectors: number;
}

/** A disk's first sector: code, then the table of partitions. */
export function bootRecord(code: Buffer, partitions: readonly Partition[]): Buffer {
  const record = Buffer.alloc(sector);
  code.copy(record, 0, 0, 440);
  partitions.forEach(({ type, active, start, sectors }, index) => {
    const at = 446 + 16 * index;
    record[at] = active ? 0x80 : 0;
    record[at + 4] = type;
    // Cylinders, heads and sectors as of a place beyond what they can say: so the other numbers count.
    for (const place of [at + 1, at + 5]) record.set([0xfe, 0xff, 0xff], place);
    record.writeUInt32LE(start, at + 8);
    record.writeUInt32LE(sectors, at + 12);
  });
  record.writeUInt16BE(0x55aa, 510);
  return record;
}

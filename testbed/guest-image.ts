/**
 * The image of the cloud's guests: Debian's cloud kernel, a busybox and an SSH server, on a disk that
 * boots by itself. Such a guest asks for its address by DHCP, and for its name and key at the cloud's
 * metadata address. It keeps the files of its folder /disk; all others are gone when it restarts.
 *
 *   node testbed/guest-image.ts          builds it, if need be, and prints the file
 */
import { existsSync } from "node:fs";
import { constants, copyFile, readFile, rename, rm, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { promisify } from "node:util";
import { zstdCompress } from "node:zlib";
import { bootDisk, diskTools } from "./boot-disk.ts";
import { builtOnce } from "./built-once.ts";
import { librariesOf, loader, theOne, unpackedDebs } from "./debs.ts";
import { guestModules } from "./guest-modules.ts";
import { type Entry, initramfs } from "./initramfs.ts";
import { installPrograms } from "./machine.ts";
import { type Place, place } from "./place.ts";
import { qcow2 } from "./qcow2.ts";

/** What Glance is told of the image. */
export interface GuestImage {
  readonly file: string;
  readonly diskFormat: "qcow2";
}

// To be counted up whenever a guest would come out different.
export const recipe = 1;

// The button is what Nova stops a guest by; the source of randomness is used where the image asks for one.
const modules = ["virtio_blk", "virtio_net", "virtio_rng", "button", "evdev"];

const dropbear = "usr/sbin/dropbear";
const dropbearkey = "usr/bin/dropbearkey";
const dropbearPackages = [
  ...["dropbear-bin", "libc6", "libcrypt1", "libgmp10", "libtomcrypt1", "libtommath1", "zlib1g"],
];

/** The files of the folder `guest`: where they lie in the guest, and whether they are programs. */
const ownFiles: readonly (readonly [source: string, name: string, mode: number])[] = [
  ["init", "init", 0o755],
  ["inittab", "etc/inittab", 0o644],
  ["profile", "etc/profile", 0o644],
  ["dhcp", "etc/dhcp", 0o755],
  ["metadata", "etc/metadata", 0o755],
  ["power-button", "etc/power-button", 0o755],
  ["ssh-server", "etc/ssh-server", 0o755],
  ["mark", "bin/mark", 0o755],
];

// The last console is the one that the kernel's messages and /dev/console are on.
const commandLine =
  "console=tty1 console=ttyS0,115200 quiet panic=5 mitigations=off nokaslr cryptomgr.notests";

/** What a guest says on its consoles as it comes up: the last of each kind is true. */
export function marks(console: string): ReadonlyMap<string, string> {
  const said = console.matchAll(/^QUINTET-GUEST (\S+)(?: (.*?))?\r?$/gm);
  return new Map([...said].map(([, what = "", value = ""]) => [what, value]));
}

export async function guestImage(at: Place = place()): Promise<GuestImage> {
  const folder = await builtOnce(
    at,
    `guest-image-${recipe}`,
    "the guests' image",
    async (partial) => {
      await installPrograms(at);
      await build(partial);
    },
  );
  return { file: join(folder, "guest.qcow2"), diskFormat: "qcow2" };
}

/**
 * Puts the image into the testbed's folder, and builds it if need be. One that is there stays as it
 * is: a cloud may have been promised its checksum.
 */
export async function placeGuestImage(at: Place = place()): Promise<GuestImage> {
  const placed: GuestImage = { file: join(at.folder, "guest.qcow2"), diskFormat: "qcow2" };
  if (existsSync(placed.file)) return placed;
  const { file } = await guestImage(at);
  const partial = `${placed.file}.partial`;
  await copyFile(file, partial, constants.COPYFILE_FICLONE);
  await rename(partial, placed.file);
  return placed;
}

async function build(partial: string): Promise<void> {
  const scratch = join(partial, "scratch");
  const packages = [...dropbearPackages, ...diskTools];
  const top = await unpackedDebs(scratch, "the guests' image", packages);
  const initrd = join(scratch, "initrd.img");
  const packed = initramfs(await system(top));
  await writeFile(initrd, await promisify(zstdCompress)(packed));
  const kernel = await theOne(top, /\/vmlinuz-[^/]+$/);

  const disk = await bootDisk(top, scratch, { kernel, initrd, commandLine });
  await writeFile(join(partial, "guest.qcow2"), qcow2(disk));
  await rm(scratch, { recursive: true, force: true });
}

/** All that is in the guest's memory once it has booted. */
async function system(top: string): Promise<Entry[]> {
  const folders = [
    ...["bin", "dev", "disk", "etc", "lib", "lib64", "proc", "root", "run", "sys", "tmp"],
    ...["var", "var/log"],
  ];
  const libraries = new Set(
    (await Promise.all([dropbear, dropbearkey].map((one) => librariesOf(top, one)))).flat(),
  );
  const text = (name: string, content: string): Entry => {
    return { name, mode: 0o644, content: Buffer.from(content) };
  };
  const program = async (name: string, path: string): Promise<Entry> => {
    return { name, mode: 0o755, content: await readFile(path) };
  };
  return [
    ...folders.map((name) => ({ name, mode: name === "root" ? 0o700 : 0o755 })),
    await program("bin/busybox", await theOne(top, /\/bin\/busybox$/)),
    await program("bin/dropbear", join(top, dropbear)),
    await program("bin/dropbearkey", join(top, dropbearkey)),
    ...(await Promise.all(
      [...libraries].map((path) => {
        const name = basename(path);
        return program(`${name === loader ? "lib64" : "lib"}/${name}`, path);
      }),
    )),
    ...(await guestModules(top, modules)),
    text("etc/passwd", "root:*:0:0:root:/root:/bin/sh\n"),
    text("etc/group", "root:x:0:\n"),
    ...(await Promise.all(
      ownFiles.map(async ([source, name, mode]) => {
        const content = await readFile(join(import.meta.dirname, "guest", source));
        return { name, mode, content };
      }),
    )),
  ];
}

if (import.meta.main) console.log((await guestImage()).file);

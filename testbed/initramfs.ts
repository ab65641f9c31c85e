/** A file of an initramfs: an executable, a plain file, or a folder (no content). */
export interface Entry {
  readonly name: string;
  readonly mode: number;
  readonly content?: Buffer;
}

const folderType = 0o040000;
const fileType = 0o100000;

/** Packs files as the kernel's "newc" cpio archive, which needs neither root nor a tool. */
export function initramfs(entries: readonly Entry[]): Buffer {
  const end: Entry = { name: "TRAILER!!!", mode: 0, content: Buffer.alloc(0) };
  return Buffer.concat([...entries, end].map((entry, index) => record(entry, index + 1)));
}

function record({ name, mode, content }: Entry, inode: number): Buffer {
  const body = content ?? Buffer.alloc(0);
  const type = content === undefined ? folderType : fileType;
  const nameSize = Buffer.byteLength(name) + 1;
  // inode, mode, uid, gid, links, mtime, size, device (2), device it stands for (2), name size, check
  const fields = [inode, type | mode, 0, 0, 1, 0, body.length, 0, 0, 0, 0, nameSize, 0];
  const header = `070701${fields.map((field) => field.toString(16).padStart(8, "0")).join("")}`;
  return Buffer.concat([padded(Buffer.from(`${header}${name}\0`)), padded(body)]);
}

function padded(part: Buffer): Buffer {
  return Buffer.concat([part, Buffer.alloc(-part.length & 3)]);
}

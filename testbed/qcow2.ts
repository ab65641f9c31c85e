const cluster = 64 * 1024;
const entry = 8;
// "The cluster is referred to once", in an entry of either table of clusters.
const sole = 1n << 63n;
// What these tables, of a cluster each, can describe: one table of data clusters.
const most = (cluster / entry) * cluster;

/** Where the parts of the file begin, in clusters; the data come after them. */
const parts = { refcountTable: 1, refcounts: 2, l1: 3, l2: 4, content: 5 };

/** Writes a disk as QEMU's qcow2, version 3, in which clusters of nothing but zeros take no room. */
export function qcow2(disk: Buffer): Buffer {
  if (disk.length > most) throw new RangeError(`${disk.length} bytes are more than ${most}`);
  const header = Buffer.alloc(cluster);
  const refcountTable = Buffer.alloc(cluster);
  const refcounts = Buffer.alloc(cluster);
  const l1 = Buffer.alloc(cluster);
  const l2 = Buffer.alloc(cluster);
  const content: Buffer[] = [];
  const nothing = Buffer.alloc(cluster);
  for (let at = 0; at < disk.length; at += cluster) {
    const piece = Buffer.alloc(cluster);
    disk.copy(piece, 0, at, at + cluster);
    if (piece.equals(nothing)) continue;
    const offset = BigInt((parts.content + content.length) * cluster);
    l2.writeBigUInt64BE(offset | sole, (at / cluster) * entry);
    content.push(piece);
  }
  l1.writeBigUInt64BE(BigInt(parts.l2 * cluster) | sole);
  refcountTable.writeBigUInt64BE(BigInt(parts.refcounts * cluster));
  for (let each = 0; each < parts.content + content.length; each++) {
    refcounts.writeUInt16BE(1, each * 2);
  }
  header.write("QFI\xfb", "latin1");
  header.writeUInt32BE(3, 4);
  header.writeUInt32BE(Math.log2(cluster), 20);
  header.writeBigUInt64BE(BigInt(disk.length), 24);
  header.writeUInt32BE(1, 36);
  header.writeBigUInt64BE(BigInt(parts.l1 * cluster), 40);
  header.writeBigUInt64BE(BigInt(parts.refcountTable * cluster), 48);
  header.writeUInt32BE(1, 56);
  // A reference count has 2 to the power of 4 bits. The header is 104 bytes long.
  header.writeUInt32BE(4, 96);
  header.writeUInt32BE(104, 100);
  return Buffer.concat([header, refcountTable, refcounts, l1, l2, ...content]);
}

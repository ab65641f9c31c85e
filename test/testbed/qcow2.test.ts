import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { qcow2 } from "../../testbed/qcow2.ts";

const cluster = 64 * 1024;

/** Reads a disk back by the format's own rules. */
function read(file: Buffer): Buffer {
  const size = Number(file.readBigUInt64BE(24));
  const offset = (at: number) => Number(file.readBigUInt64BE(at) & 0x00ff_ffff_ffff_fe00n);
  const l2 = offset(Number(file.readBigUInt64BE(40)));
  const disk = Buffer.alloc(Math.ceil(size / cluster) * cluster);
  for (let index = 0; index * cluster < size; index++) {
    const from = offset(l2 + index * 8);
    if (from > 0) file.copy(disk, index * cluster, from, from + cluster);
  }
  return disk.subarray(0, size);
}

// Content in the first, third and last cluster; the last is not full.
const disk = Buffer.alloc(4 * cluster + 1024);
disk.fill("first", 0, 600);
disk.fill("third", 2 * cluster + 5, 3 * cluster);
disk.fill("last", 4 * cluster);
const file = qcow2(disk);

describe("a qcow2 file", () => {
  test("gives back its disk", () => {
    assert.ok(read(file).equals(disk));
  });

  test("holds no clusters of zeros", () => {
    const tables = 5;
    assert.equal(file.length, (tables + 3) * cluster);
  });

  test("says of every cluster that it is used once, and of none beyond", () => {
    const table = Number(file.readBigUInt64BE(48));
    const counts = Number(file.readBigUInt64BE(table));
    const used = Array.from({ length: 10 }, (_, each) => file.readUInt16BE(counts + each * 2));
    assert.deepEqual(used, [1, 1, 1, 1, 1, 1, 1, 1, 0, 0]);
  });

  test("is refused for a disk that its one table cannot describe", () => {
    assert.throws(() => qcow2({ length: 513 * 1024 * 1024 } as Buffer), /more than/);
  });

  const tool = spawnSync("qemu-img", ["--version"]).error === undefined;
  test("is a sound one to QEMU too", { skip: !tool && "this machine has no qemu-img" }, () => {
    const scratch = mkdtempSync(join(tmpdir(), "quintet-qcow2-"));
    const paths = { file: join(scratch, "file"), raw: join(scratch, "raw") };
    writeFileSync(paths.file, file);
    const checked = spawnSync("qemu-img", ["check", paths.file], { encoding: "utf8" });
    const convert = ["convert", "-f", "qcow2", "-O", "raw", paths.file, paths.raw];
    spawnSync("qemu-img", convert);
    const back = readFileSync(paths.raw);
    rmSync(scratch, { recursive: true });
    assert.equal(checked.status, 0, checked.stdout + checked.stderr);
    assert.ok(back.equals(disk));
  });
});

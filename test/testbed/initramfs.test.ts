import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { describe, test } from "node:test";
import { initramfs } from "../../testbed/initramfs.ts";

/** Reads the archive back by the format's own rules: a header of 110 characters, all padded to 4. */
function read(archive: Buffer): { name: string; mode: string; content: string }[] {
  const entries = [];
  for (let at = 0; at < archive.length; ) {
    const field = (index: number) =>
      Number.parseInt(archive.toString("latin1", at + 6 + index * 8, at + 14 + index * 8), 16);
    assert.equal(archive.toString("latin1", at, at + 6), "070701");
    const [mode, size, nameSize] = [field(1), field(6), field(11)];
    const nameAt = at + 110;
    const contentAt = (nameAt + nameSize + 3) & ~3;
    entries.push({
      name: archive.toString("utf8", nameAt, nameAt + nameSize - 1),
      mode: mode.toString(8),
      content: archive.toString("utf8", contentAt, contentAt + size),
    });
    at = (contentAt + size + 3) & ~3;
  }
  return entries;
}

const archive = initramfs([
  { name: "bin", mode: 0o755 },
  { name: "bin/five", mode: 0o755, content: Buffer.from("12345") },
  { name: "empty", mode: 0o600, content: Buffer.alloc(0) },
]);

describe("an initramfs", () => {
  test("holds its files with their modes, at the places that the format says", () => {
    assert.deepEqual(read(archive), [
      { name: "bin", mode: "40755", content: "" },
      { name: "bin/five", mode: "100755", content: "12345" },
      { name: "empty", mode: "100600", content: "" },
      { name: "TRAILER!!!", mode: "100000", content: "" },
    ]);
  });

  const cpio = spawnSync("cpio", ["--version"]).error === undefined;
  test("is one to cpio too", { skip: !cpio && "this machine has no cpio" }, () => {
    const listed = spawnSync("cpio", ["--list", "--quiet"], { input: archive, encoding: "utf8" });
    assert.equal(listed.stdout, "bin\nbin/five\nempty\n");
  });
});

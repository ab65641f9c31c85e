import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { bootRecord } from "../../testbed/boot-disk.ts";

const code = Buffer.alloc(440, 0xc0);
const record = bootRecord(code, [
  { type: 0x0e, active: true, start: 2048, sectors: 34816 },
  { type: 0x83, active: false, start: 36864, sectors: 65536 },
]);

describe("a disk's first sector", () => {
  test("begins with the code that the BIOS runs and ends with what it knows one by", () => {
    assert.equal(record.length, 512);
    assert.ok(record.subarray(0, 440).equals(code));
    assert.equal(record.toString("hex", 440, 446), "000000000000");
    assert.equal(record.toString("hex", 510), "55aa");
  });

  test("says where the partitions are, and which of them boots", () => {
    assert.equal(record.toString("hex", 446, 462), "80feffff0efeffff0008000000880000");
    assert.equal(record.toString("hex", 462, 478), "00feffff83feffff0090000000000100");
    assert.ok(record.subarray(478, 510).every((byte) => byte === 0));
  });
});

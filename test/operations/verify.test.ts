import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { drawKeyPair } from "../../operations/verify/key.ts";
import { longestGap } from "../../operations/verify/watch.ts";

const answer = (time: number) =>
  `[${time.toFixed(6)}] 64 bytes from 10.0.0.5: icmp_seq=1 ttl=64 time=0.5 ms`;

describe("what a ping that goes on has printed", () => {
  test("tells the longest time without an answer", () => {
    const printed = ["PING 10.0.0.5", ...[1.0, 1.1, 1.9, 2.0].map(answer), "4 received"].join("\n");
    const { gap, answers } = longestGap(printed);
    assert.ok(Math.abs(gap - 0.8) < 1e-6);
    assert.equal(answers, 4);
  });

  test("is no gap at all where hardly anything answered, but for ever", () => {
    assert.equal(longestGap(answer(1)).gap, Number.POSITIVE_INFINITY);
    const lost = "[1700000000.1] From 10.0.0.1 icmp_seq=2 Destination Host Unreachable";
    assert.equal(longestGap([answer(1), lost].join("\n")).gap, Number.POSITIVE_INFINITY);
  });
});

test("every drawn key is whole: one in 256 would not be", () => {
  for (let draw = 0; draw < 1500; draw += 1) {
    const [, blob = ""] = drawKeyPair().public.split(" ");
    // The name of its kind and the key, each behind four bytes that tell its length.
    assert.equal(Buffer.from(blob, "base64").length, 4 + "ssh-ed25519".length + 4 + 32);
  }
});

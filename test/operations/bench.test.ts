import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { factsOf } from "../../operations/bench/facts.ts";
import { median } from "../../operations/bench/measured.ts";
import { timeShares } from "../../operations/bench/timeline.ts";

const row = (kind: string, name: string, word: string) =>
  ` +  pulumi-nodejs:dynamic/host:${kind} ${name} ${word} (1s)`;

describe("the time of an up", () => {
  test("every moment belongs to the weightiest thing under way", () => {
    const said = [
      { second: 2, line: row("File", "a file", "creating") },
      { second: 3, line: row("Packages", "some", "creating") },
      { second: 9, line: row("File", "a file", "created") },
      { second: 10, line: row("Packages", "some", "created") },
      { second: 10, line: row("GlusterVolume", "it", "creating") },
      { second: 14, line: row("GlusterVolume", "it", "created") },
    ];
    assert.deepEqual(timeShares(said, 15), {
      packages: 7,
      Gluster: 4,
      "the rest": 1,
      engine: 3,
    });
  });
});

describe("what others are asked", () => {
  const at = (key: Record<string, string>) => ({ host: "compute1", key });
  const resource = (kind: string, inputs: object) => ({
    type: `pulumi-nodejs:dynamic/host:${kind}`,
    inputs: inputs as { at: ReturnType<typeof at> },
  });

  test("each key of an ini file is a question, and a secret's content is none", () => {
    const facts = factsOf([
      resource("IniFile", {
        at: at({ path: "/a" }),
        "DEFAULT/one": "1",
        "x/two": "2",
        mode: "0600",
      }),
      resource("File", { at: at({ path: "/b" }), content: "in place, draw 1", mode: "0600" }),
    ]);
    assert.deepEqual(
      facts.map(({ what }) => what),
      ["ini", "ini", "file"],
    );
  });

  test("a folder under a mount is looked at, but not whose it is", () => {
    const path = "/var/lib/nova/instances";
    const facts = factsOf([
      resource("Directory", { at: at({ path }), owner: "nova", group: "nova", mode: "0755" }),
      resource("Mount", { at: at({ path }), source: "localhost:/instances", type: "glusterfs" }),
    ]);
    assert.deepEqual(
      facts.map(({ what }) => what),
      ["command", "mount"],
    );
  });

  test("a kind that nobody can be asked for is an error, not fewer questions", () => {
    assert.throws(() => factsOf([resource("Comet", { at: at({}) })]), /Comet/);
  });
});

test("the median of an even number of runs lies between the two in the middle", () => {
  assert.equal(median([9, 1, 2, 4]), 3);
});

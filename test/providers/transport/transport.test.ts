import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createHmac } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import fc from "fast-check";
import { Secret, sh } from "../../../providers/sh.ts";
import { type Question, question } from "../../../providers/transport/frames.ts";
import { algorithmsFor, entriesFor, judge } from "../../../providers/transport/known-hosts.ts";
import { Ahead, ReadAhead } from "../../../providers/transport/read-ahead.ts";

const folder = mkdtempSync(join(tmpdir(), "quintet-transport-"));
after(() => rmSync(folder, { recursive: true, force: true }));
const write = (name: string, text: string) => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};
const shell = (program: string) => spawnSync("sh", [], { input: program, encoding: "utf8" });

describe("the sh tag", () => {
  test("every word arrives as it was", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (word) => {
        fc.pre(!word.includes("\0"));
        assert.equal(shell(sh`printf '%s' ${word}`.text).stdout, word);
      }),
      { numRuns: 50 },
    );
  });

  test("a backslash that the template would eat is refused", () => {
    assert.throws(() => sh`sed 's/\(a\)/b/'`, /would eat/);
    assert.equal(sh`sed 's/\\(a\\)/b/'`.text, "sed 's/\\(a\\)/b/'");
  });

  test("a secret is known as one, and does not print itself", () => {
    const script = sh`printf '%s' ${new Secret("hunter2")}`;
    assert.deepEqual(script.secrets, ["hunter2"]);
    assert.doesNotMatch(
      `${new Secret("hunter2")} ${JSON.stringify(new Secret("hunter2"))}`,
      /hunter2/,
    );
  });
});

describe("known_hosts", () => {
  const key = Buffer.from("the key");
  const line = (names: string, shown = key) => `${names} ssh-ed25519 ${shown.toString("base64")}\n`;
  const judged = (text: string, name: string) =>
    judge(entriesFor(name, [write("known", text)]), key);

  test("a key is known, unknown, changed or revoked", () => {
    assert.equal(judged(line("compute1,gateway"), "gateway"), "known");
    assert.equal(judged(line("compute1"), "compute2"), "unknown");
    assert.equal(judged(line("compute1", Buffer.from("another")), "compute1"), "changed");
    assert.equal(judged(`@revoked ${line("compute1")}${line("compute1")}`, "compute1"), "revoked");
  });

  test("hashed names, patterns and ports are understood", () => {
    const salt = Buffer.from("salt");
    const hash = createHmac("sha1", salt).update("[h]:2222").digest("base64");
    assert.equal(judged(line(`|1|${salt.toString("base64")}|${hash}`), "[h]:2222"), "known");
    assert.equal(judged(line("compute?,!compute3"), "compute1"), "known");
    assert.equal(judged(line("compute?,!compute3"), "compute3"), "unknown");
  });

  test("a host that is not known by any file is unknown, not an error", () => {
    assert.equal(judge(entriesFor("h", [join(folder, "none")]), key), "unknown");
  });

  test("a host is asked for the kinds of key that it is known by", () => {
    const entries = entriesFor("h", [write("rsa", "h ssh-rsa AAAA\n")]);
    assert.deepEqual(algorithmsFor(entries), ["rsa-sha2-512", "rsa-sha2-256", "ssh-rsa"]);
    assert.equal(algorithmsFor([]), undefined);
  });
});

describe("reading ahead", () => {
  test("a process is told what the last one was asked", async () => {
    const path = join(folder, "state", "ahead.json");
    const first = new ReadAhead(path, question);
    assert.equal(first.questions().size, 0);
    first.note("compute1", { text: "echo 1", seconds: 5 });
    first.note("compute1", { text: "echo 1", seconds: 5 });
    await sleep(400);
    assert.deepEqual(
      [...new ReadAhead(path, question).questions()],
      [["compute1", [{ text: "echo 1", seconds: 5 }]]],
    );
    assert.match(readFileSync(path, "utf8"), /echo 1/);
  });

  for (const text of ["{", "null", "[]", '{"h":5}', '{"h":[null]}', '{"h":[["echo 1",5]]}']) {
    test(`a list that says ${text} is no list`, () => {
      assert.equal(new ReadAhead(write("broken.json", text), question).questions().size, 0);
    });
  }

  test("a list that nobody asks from any more ends, in a process that is asked", async () => {
    const list = '{"h":[{"text":"echo 1","seconds":5}]}';
    const path = write("left.json", list);
    const memory = new ReadAhead(path, question, 50);
    assert.equal(memory.questions().size, 1);
    await sleep(100);
    assert.equal(readFileSync(path, "utf8"), list);
    memory.expect();
    for (const end = Date.now() + 5000; Date.now() < end && readFileSync(path, "utf8") !== "{}"; )
      await sleep(10);
    assert.equal(readFileSync(path, "utf8"), "{}");
  });

  test("an answer is taken once, and a write makes it void", async () => {
    const ahead = new Ahead();
    const answer = { stdout: "1", stderr: "", status: 0 };
    const [a, b] = ["a", "b"].map((text) => ({ text, seconds: 1 })) as [Question, Question];
    ahead.put("h", a, Promise.resolve(answer));
    ahead.put("h", b, Promise.resolve(answer));
    // After another look the same script may say something else.
    assert.equal(ahead.take("h", { ...a, shared: { text: "look" } }), undefined);
    assert.deepEqual(await ahead.take("h", a), answer);
    assert.equal(ahead.take("h", a), undefined);
    ahead.drop("h");
    assert.equal(ahead.take("h", b), undefined);
  });
});

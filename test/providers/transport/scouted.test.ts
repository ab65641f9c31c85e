import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { HostUnreachable } from "../../../providers/errors.ts";
import { listName, Scouted, type Told } from "../../../providers/transport/scouted.ts";

const folder = mkdtempSync(join(tmpdir(), "quintet-scouted-"));
after(() => rmSync(folder, { recursive: true }));

const questions = [{ text: "one" }, { text: "two" }];
const list = listName("hosts", "compute1", questions);
const answer = (text: string) => ({ stdout: text, stderr: "", status: 0 });
const line = (told: Told) => `${JSON.stringify(told)}\n`;

let count = 0;
/** A provider's end and a scout's. */
async function meeting(): Promise<{ scouted: Scouted; scout: Socket }> {
  count += 1;
  const path = join(folder, String(count));
  const server = createServer();
  await new Promise<void>((done) => server.listen(path, done));
  const came = new Promise<Socket>((done) => server.once("connection", done));
  const scouted = new Scouted(path);
  assert.equal(await scouted.met(), true);
  const scout = await came;
  server.close();
  after(() => scout.destroy());
  return { scouted, scout };
}

describe("what a scout tells", () => {
  test("is the answer, whether it comes before it is asked for or after", async () => {
    const { scouted, scout } = await meeting();
    scout.write(line({ list, index: 1, answer: answer("2") }));
    scout.write(line({ list, unreachable: null }));
    await new Promise((done) => setTimeout(done, 20));
    const { answers, reached } = scouted.underWay("hosts", "compute1", questions);
    scout.write(line({ list, index: 0, answer: answer("1") }));
    assert.deepEqual(await Promise.all(answers), [answer("1"), answer("2")]);
    assert.equal(await reached, undefined);
  });

  test("is the answer as it is, in pieces or with line ends that are not ours", async () => {
    const { scouted, scout } = await meeting();
    const odd = answer("ü\r\u2028null\u2029\n\u0085");
    const bytes = Buffer.from(line({ list, index: 0, answer: odd }));
    for (const byte of bytes) {
      scout.write(Uint8Array.of(byte));
      await new Promise((done) => setImmediate(done));
    }
    scout.write(line({ list, index: 1, answer: odd }));
    const { answers } = scouted.underWay("hosts", "compute1", questions);
    assert.deepEqual(await Promise.all(answers), [odd, odd]);
  });

  test("is of the same questions to the same host in the same order, or of none", async () => {
    const { scouted, scout } = await meeting();
    const others = [
      scouted.underWay("hosts", "compute2", questions),
      scouted.underWay("apis", "compute1", questions),
      scouted.underWay("hosts", "compute1", questions.toReversed()),
    ].flatMap(({ answers }) => answers);
    scout.write(line({ list, index: 0, answer: answer("1") }));
    scout.end(line({ list, index: 1, answer: answer("2") }));
    assert.deepEqual(await Promise.all(others), Array(6).fill(undefined));
  });

  test("is of which lists it will tell: nobody waits for another, whether asked for before or after", async () => {
    const { scouted, scout } = await meeting();
    const other = scouted.underWay("hosts", "compute2", questions);
    scout.write(line({ lists: [list] }));
    assert.deepEqual(await Promise.all(other.answers), [undefined, undefined]);
    const later = scouted.underWay("hosts", "compute3", questions);
    assert.deepEqual(await Promise.all(later.answers), [undefined, undefined]);
    const { answers } = scouted.underWay("hosts", "compute1", questions);
    scout.write(line({ list, index: 0, answer: answer("1") }));
    assert.deepEqual(await answers[0], answer("1"));
  });

  test("is that there is no answer", async () => {
    const { scouted, scout } = await meeting();
    const { answers } = scouted.underWay("hosts", "compute1", questions);
    scout.write(line({ list, index: 0 }));
    assert.equal(await answers[0], undefined);
  });

  test("is that a host cannot be reached, and why; nobody tries that once more", async () => {
    const { scouted, scout } = await meeting();
    const before = scouted.underWay("hosts", "compute1", questions);
    const why = { host: "compute1", reason: "no route", next: "switch it on" };
    scout.write(line({ list, unreachable: why }));
    const expected = new HostUnreachable("compute1", "no route", "switch it on");
    assert.deepEqual(await before.reached, expected);
    // What failed with the connection is told after it.
    scout.write(line({ list, index: 0 }));
    const later = scouted.underWay("hosts", "compute1", questions);
    for (const one of [...before.answers, ...later.answers]) await assert.rejects(one, expected);
  });

  for (const last of ["", '{"list":"', "not JSON\n"]) {
    test(`ends with the scout, whose last word was ${JSON.stringify(last)}`, async () => {
      const { scouted, scout } = await meeting();
      const before = scouted.underWay("hosts", "compute1", questions);
      scout.end(last);
      assert.deepEqual(await Promise.all(before.answers), [undefined, undefined]);
      const later = scouted.underWay("hosts", "compute1", questions);
      assert.deepEqual(await Promise.all(later.answers), [undefined, undefined]);
      assert.equal(await later.reached, undefined);
    });
  }
});

test("where no scout is, nobody is met", async () => {
  const scouted = new Scouted(join(folder, "nobody"));
  assert.equal(await scouted.met(), false);
});

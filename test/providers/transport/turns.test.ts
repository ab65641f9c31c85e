import assert from "node:assert/strict";
import { test } from "node:test";
import { sh } from "../../../providers/sh.ts";
import { Turns } from "../../../providers/transport/turns.ts";

const step = (announces?: string[]) => [
  { why: "a test", script: sh`:`, ...(announces && { announces }) },
];

test("writes go one at a time, what announces something last and told what is still announced", async () => {
  const turns = new Turns(5);
  const log: string[] = [];
  const take = (name: string, announces?: string[]) =>
    turns.take(step(announces), async (announced) => {
      log.push(`${name} begins: ${announced.join(" ")}`);
      await new Promise((go) => setImmediate(go));
      log.push(`${name} ends`);
      return name;
    });
  const all = [
    ...[take("first"), take("long", ["a", "b"]), take("longer", ["c"])],
    ...[take("silent", []), take("quick")],
  ];
  assert.deepEqual(await Promise.all(all), ["first", "long", "longer", "silent", "quick"]);
  assert.deepEqual(log, [
    ...["first begins: ", "first ends", "quick begins: a b c", "quick ends"],
    ...["long begins: c", "long ends", "longer begins: ", "longer ends"],
    ...["silent begins: ", "silent ends"],
  ]);
});

test("one that fails ends nobody else's turn", async () => {
  const turns = new Turns(0);
  const failing = turns.take(step(), async () => Promise.reject(new Error("it failed")));
  const next = turns.take(step(), async () => "done");
  await assert.rejects(failing, /it failed/);
  assert.equal(await next, "done");
  assert.equal(await turns.take(step(), async () => "later"), "later");
});

test("a long one waits for its like that come soon after it, and nobody else waits meanwhile", async (context) => {
  // No time passes, so whoever waits for it waits for ever.
  context.mock.timers.enable({ apis: ["setTimeout", "Date"] });
  const turns = new Turns(1000);
  const long = turns.take(step(["a"]), async () => "long");
  for (const name of ["one", "two", "three"]) {
    assert.equal(await turns.take(step(), async () => name), name);
  }
  assert.equal(await Promise.race([long, "not yet"]), "not yet");
  context.mock.timers.tick(1000);
  assert.equal(await long, "long");
});

test("what has been told goes on at once; what the one before could not have done does not", async () => {
  const turns = new Turns(0);
  const log: string[] = [];
  const take = (name: string, announces?: string[]) =>
    turns.take(step(announces), async () => {
      log.push(name);
      await new Promise((go) => setTimeout(go, 5));
      if (name === "comes") quick ??= take("quick");
    });
  let quick: Promise<void> | undefined;
  const all = [take("first"), take("comes", ["a"]), take("goes", ["-b"]), take("comes too", ["c"])];
  await Promise.all(all);
  await quick;
  assert.deepEqual(log, ["first", "comes", "comes too", "quick", "goes"]);
});

test("a long one comes after those that come soon after it", async () => {
  const turns = new Turns(50);
  const log: string[] = [];
  const take = (name: string, announces?: string[]) =>
    turns.take(step(announces), async (announced) => {
      log.push(`${name}: ${announced.join(" ")}`);
    });
  const long = take("long", ["a"]);
  await new Promise((go) => setTimeout(go, 10));
  await Promise.all([long, take("longer", ["b"]), take("quick")]);
  assert.deepEqual(log, ["quick: a b", "long: b", "longer: "]);
});

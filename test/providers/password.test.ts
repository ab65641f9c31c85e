import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { check, create, diff, update } from "../../providers/drawn.ts";

const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

describe("a password", () => {
  test("is 32 letters and digits, and never the same twice", async () => {
    const drawn = await Promise.all([1, 2, 3].map(() => create("Password", { draw: 1 })));
    const values = drawn.map(({ outs }) => outs.value);
    for (const value of values) assert.match(value, /^[A-Za-z0-9]{32}$/);
    assert.equal(new Set(values).size, 3);
  });

  test("stays while its counter stays", async () => {
    const { outs } = await create("Password", { draw: 1 });
    assert.equal(diff("Password", outs, { draw: 1, __provider: "x" }).changes, false);
    assert.deepEqual((await update("Password", outs, { draw: 1 })).outs, outs);
  });

  test("is drawn anew when its counter moves", async () => {
    const { outs } = await create("Password", { draw: 1 });
    assert.equal(diff("Password", outs, { draw: 2 }).changes, true);
    const anew = (await update("Password", outs, { draw: 2 })).outs;
    assert.notEqual(anew.value, outs.value);
    assert.equal(anew.draw, 2);
    assert.equal(diff("Password", anew, { draw: 2 }).changes, false);
  });

  test("of one's own takes the place of a drawn one, and gives it back", async () => {
    const { outs } = await create("Password", { draw: 1 });
    assert.equal(diff("Password", outs, { draw: 1, own: "mine" }).changes, true);
    const mine = (await update("Password", outs, { draw: 1, own: "mine" })).outs;
    assert.equal(mine.value, "mine");
    assert.equal(diff("Password", mine, { draw: 1, own: "mine" }).changes, false);
    assert.equal(diff("Password", mine, { draw: 1, own: "other" }).changes, true);
    assert.equal(diff("Password", mine, { draw: 1 }).changes, true);
    assert.match((await update("Password", mine, { draw: 1 })).outs.value, /^[A-Za-z0-9]{32}$/);
  });

  test("that is not known yet passes, and counts as a change", async () => {
    const { outs } = await create("Password", { draw: 1 });
    assert.deepEqual(check("Password", { draw: unknown, own: unknown }).failures, []);
    assert.equal(diff("Password", outs, { draw: 1, own: unknown }).changes, true);
  });

  test("with a counter that is no number is refused by name", () => {
    const { failures } = check("Password", { draw: "two" });
    assert.deepEqual(
      failures.map((failure) => failure.property),
      ["draw"],
    );
  });
});

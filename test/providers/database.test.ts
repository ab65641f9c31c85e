import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { database } from "../../providers/database.ts";

const key = { name: "nova" };
const want = database.value.parse({});

describe("a database", () => {
  test("is read with its characters, and absent where no row came", () => {
    assert.deepEqual(database.parse("seen\nutf8mb4\tutf8mb4_general_ci\n", key, want), want);
    assert.equal(database.parse("seen\n\n", key, want), undefined);
  });

  test("that was found is never dropped", () => {
    const found = { ...want, characterSet: "latin1", collation: "latin1_bin" };
    const scripts = database.putBack(key, "", found, { ...want, data: "discard" });
    assert.doesNotMatch(scripts.map((change) => change.script.text).join(), /DROP/);
  });

  test("is looked through for tables before it is dropped, unless they may go", () => {
    const dropping = (data: string) =>
      database.putBack(key, "", undefined, { ...want, data }).map((change) => change.script.text);
    assert.match(dropping("keep").join(), /holds tables[\s\S]*DROP DATABASE/);
    assert.doesNotMatch(dropping("discard").join(), /holds tables/);
  });
});

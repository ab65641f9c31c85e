import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, test } from "node:test";
import { builtOnce } from "../../testbed/built-once.ts";
import { type Place, place } from "../../testbed/place.ts";

describe("a folder that is built once", () => {
  let scratch = "";
  let at: Place;
  let builds = 0;

  const build = async (partial: string) => {
    builds++;
    writeFileSync(join(partial, "content"), "whole");
  };

  beforeEach(() => {
    scratch = mkdtempSync(join(tmpdir(), "quintet-built-"));
    at = place({ QUINTET_TESTBED: join(scratch, "run"), XDG_CACHE_HOME: scratch });
    builds = 0;
  });
  afterEach(() => rmSync(scratch, { recursive: true, force: true }));

  test("is built by one of those who want it at once", async () => {
    const folders = await Promise.all([1, 2, 3].map(() => builtOnce(at, "thing-1", "it", build)));
    assert.deepEqual(new Set(folders), new Set([join(at.cache, "thing-1")]));
    assert.equal(builds, 1);
  });

  test("is not what a build has left that was cut off", async () => {
    mkdirSync(join(at.cache, "thing-1.partial"), { recursive: true });
    writeFileSync(join(at.cache, "thing-1.partial/rest"), "half");
    assert.deepEqual(readdirSync(await builtOnce(at, "thing-1", "it", build)), ["content"]);
  });

  test("is not there after its build failed", async () => {
    const failing = builtOnce(at, "thing-1", "it", async () => {
      throw new Error("no network");
    });
    await assert.rejects(failing, /no network/);
    assert.ok(!existsSync(join(at.cache, "thing-1")));
  });
});

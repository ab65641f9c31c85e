import assert from "node:assert/strict";
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, test } from "node:test";
import { type Place, place } from "../../testbed/place.ts";
import { down } from "../../testbed/testbed.ts";

describe("a folder of somebody else's that down is given", () => {
  let scratch = "";
  let theirs: Place;

  beforeEach(async () => {
    scratch = await mkdtemp(join(tmpdir(), "quintet-theirs-"));
    const folder = join(scratch, "work");
    await mkdir(folder);
    theirs = place({ QUINTET_TESTBED: folder, XDG_CACHE_HOME: join(scratch, "cache") });
  });
  afterEach(() => rm(scratch, { recursive: true, force: true }));

  test("stays when a folder in it is called testbed, as in a clone of this project", async () => {
    await mkdir(join(theirs.folder, "testbed"));
    await assert.rejects(down(theirs), /stays as it is/);
    assert.deepEqual(await readdir(theirs.folder), ["testbed"]);
  });

  test("stays when a file in it is called testbed", async () => {
    await writeFile(join(theirs.folder, "testbed"), "notes on a testbed\n");
    await assert.rejects(down(theirs), /stays as it is/);
    assert.deepEqual(await readdir(theirs.folder), ["testbed"]);
  });
});

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, describe, test } from "node:test";
import { marks, placeGuestImage, recipe } from "../../testbed/guest-image.ts";
import { type Place, place } from "../../testbed/place.ts";

const guestFolder = resolve(import.meta.dirname, "../../testbed/guest");

describe("the image of the cloud's guests", () => {
  let scratch = "";
  let at: Place;

  beforeEach(() => {
    scratch = mkdtempSync(join(tmpdir(), "quintet-guest-"));
    at = place({ QUINTET_TESTBED: join(scratch, "run"), XDG_CACHE_HOME: join(scratch, "cache") });
    const built = join(at.cache, `guest-image-${recipe}`);
    mkdirSync(built, { recursive: true });
    mkdirSync(at.folder);
    writeFileSync(join(built, "guest.qcow2"), "built before");
  });
  afterEach(() => rmSync(scratch, { recursive: true, force: true }));

  test("is placed as it was built, and whoever edits it there edits a copy", async () => {
    const { file } = await placeGuestImage(at);
    assert.equal(file, join(at.folder, "guest.qcow2"));
    writeFileSync(file, "edited");
    const kept = join(at.cache, `guest-image-${recipe}`, "guest.qcow2");
    assert.equal(readFileSync(kept, "utf8"), "built before");
  });

  test("stays as it is where one is placed already", async () => {
    writeFileSync(join(at.folder, "guest.qcow2"), "promised to a cloud");
    const { file } = await placeGuestImage(at);
    assert.equal(readFileSync(file, "utf8"), "promised to a cloud");
  });

  test("leaves nothing half copied", async () => {
    await placeGuestImage(at);
    assert.deepEqual(readdirSync(at.folder), ["guest.qcow2"]);
  });

  for (const name of readdirSync(guestFolder)) {
    const text = readFileSync(join(guestFolder, name), "utf8");
    if (!/^#!.*sh$/m.test(text)) continue;
    test(`its program ${name} is one to a shell`, () => {
      const { status, stderr } = spawnSync("sh", ["-n"], { input: text, encoding: "utf8" });
      assert.equal(status, 0, stderr);
    });
  }

  test("names no program of its own that is not there", () => {
    const inittab = readFileSync(join(guestFolder, "inittab"), "utf8");
    const named = [...inittab.matchAll(/\/etc\/([a-z-]+)/g)].map(([, name = ""]) => name);
    assert.ok(named.length > 0);
    for (const name of named) assert.ok(existsSync(join(guestFolder, name)), name);
  });
});

describe("what a guest says on its consoles", () => {
  const recorded = `
QUINTET-GUEST boot 36f11813-d050-414e-971f-35657e38d9b3

root@guest:~# \u001b[6n
QUINTET-GUEST address 10.0.0.15\r
QUINTET-GUEST address 10.0.0.16\r
echo QUINTET-GUEST instance mine
QUINTET-GUEST ready
`;

  test("is read by its kind; the last of a kind is true", () => {
    assert.deepEqual(Object.fromEntries(marks(recorded)), {
      boot: "36f11813-d050-414e-971f-35657e38d9b3",
      address: "10.0.0.16",
      ready: "",
    });
  });
});

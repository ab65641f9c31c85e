import assert from "node:assert/strict";
import { userInfo } from "node:os";
import { after, afterEach, describe, test } from "node:test";
import { type DirectoryValue, directory } from "../../providers/directory.ts";
import { Refused } from "../../providers/errors.ts";
import { sh } from "../../providers/sh.ts";
import { folderPlace, lookOf } from "../places.ts";

const place = folderPlace();
const { folder } = place;
const path = `${folder}/a \\folder`;
const key = { path };
const { username: owner } = userInfo();
const want = { owner, group: owner, mode: "0755" };

after(() => place.end());
afterEach(() => place.run(sh`rm -rf ${folder} && mkdir -p ${folder}`));

const looking = (where: { path: string }) => lookOf(directory, where);
const seen = (where: { path: string }) => place.run(looking(where));
const look = async () => directory.parse(await seen(key), key);
const change = (from: DirectoryValue | undefined, to: typeof want | undefined) => {
  const [only] = directory.converge(key, to, from);
  assert.ok(only);
  return place.run(only.script);
};

describe("a folder", () => {
  test("is mounted on only if it is itself, whatever its letters mean to a pattern", async () => {
    assert.equal(await seen({ path: "/proc" }), "mounted\n");
    assert.equal(await seen({ path: "/pro." }), "absent\n");
    assert.equal(await seen({ path: "/pro" }), "absent\n");
  });

  test("is made without its parents", async () => {
    const deep = { path: `${path}/below` };
    const [only] = directory.converge(deep, want, undefined);
    assert.ok(only);
    await assert.rejects(place.run(only.script), /No such file/);
  });

  test("loses a set-group-id bit that is not wanted", async () => {
    await place.run(sh`mkdir ${path} && chmod 2775 ${path}`);
    const have = await look();
    assert.equal(have?.mode, "2775");
    await change(have, want);
    assert.deepEqual(await look(), want);
  });

  test("of an owner that has no name any more gets its number back", async (t) => {
    if (process.getuid?.() !== 0) return t.skip("only root may give a folder away");
    await place.run(sh`mkdir ${path} && chown 54321:54322 ${path}`);
    const found = await look();
    const kept = await place.run(directory.keep(key));
    await change(found, want);
    const [only] = directory.putBack(key, kept, found, await look());
    assert.ok(only);
    await place.run(only.script);
    assert.equal(await place.run(sh`stat -c %u:%g ${path}`), "54321:54322\n");
  });

  test("with something in it stays at destroy, and that is no failure", async () => {
    await change(undefined, want);
    await place.run(sh`echo theirs >${`${path}/file`}`);
    await change(await look(), undefined);
    assert.equal(await place.run(sh`cat ${`${path}/file`}`), "theirs\n");
  });

  test("whose place a file has is refused", async () => {
    await place.run(sh`: >${path}`);
    await assert.rejects(look(), Refused);
  });

  test("covered by a mount counts as held, and is not taken away", async (t) => {
    const mounts = sh`unshare -m sh -c 'mount -t tmpfs none /mnt'`;
    const may = await place.run(mounts).then(
      () => true,
      () => false,
    );
    if (!may) return t.skip("this user may not mount");
    await place.run(sh`mkdir ${path}`);
    const inside = `mount -t tmpfs -o mode=1777 none "$0" && { ${looking(key).text}
}`;
    const have = directory.parse(await place.run(sh`unshare -m sh -c ${inside} ${path}`), key);
    assert.ok(have);
    assert.deepEqual(directory.converge(key, want, have), []);
    assert.deepEqual(directory.own(want, have), want, "it shows as what is declared");
    const away = directory.converge(key, undefined, want)[0]?.script.text ?? "";
    const covered = sh`unshare -m sh -c ${`mount -t tmpfs none "$0" && (${away})`} ${path}`;
    await assert.rejects(place.run(covered), /something is mounted on it/);
    assert.equal((await look())?.mode, "0755", "outside it is not covered");
  });
});

describe("a promise about a folder", () => {
  test("wants names, not numbers, and a path without a slash at its end", () => {
    assert.equal(directory.value.safeParse({ ...want, owner: "107" }).success, false);
    assert.equal(directory.key.safeParse({ path: `${path}/` }).success, false);
    assert.equal(directory.key.safeParse({ path: "a" }).success, false);
  });
});

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, test } from "node:test";
import { lookAtBrick, takeAway } from "../../providers/brick/scripts.ts";
import { type BrickValue, brick } from "../../providers/brick.ts";
import { Refused, Unseen } from "../../providers/errors.ts";

const key = { path: "/export/brick/instances", volume: "instances" };
const want: BrickValue = brick.value.parse({ data: "discard" });
const id = "c62dc389-11d3-4c96-a86b-6fa73231b2dc";
const bears = `trusted.glusterfs.volume-id=0x${id.replaceAll("-", "")}\n`;
const marked = "trusted.quintet.volume=0x696e7374616e636573\n";
const listed = `listed instances\nknown ${id}\n`;
const volumes = `/var/lib/glusterd/vols/instances/info:volume-id=${id}\n`;

describe("whose brick a folder is", () => {
  const table: readonly (readonly [string, string, string | undefined])[] = [
    ["no folder", "", undefined],
    ["a folder of nobody's", "folder there\n", "an empty folder"],
    ["an empty folder that we made for it", `folder there\n${marked}`, "its own"],
    ["the volume's, with data", `${listed}folder there\n${bears}remains\nfiles a b\n`, "its own"],
    ["what an empty volume left", `folder there\n${bears}remains\n`, "empty remains of a volume"],
    [
      "what a volume of ours left",
      `folder there\n${bears}${marked}remains\nfiles disk\n`,
      "data of instances, a volume that is gone",
    ],
    [
      "one that was taken out of its volume",
      `${volumes}folder there\n${bears}${marked}remains\nfiles disk\n`,
      "data of instances, which has no brick here any more",
    ],
    [
      "another cluster's",
      `folder there\n${bears}remains\nfiles disk\n`,
      `data of an unknown volume, ${id}`,
    ],
    ["files", "folder there\nfiles lost+found etc\n", "files of others: lost+found etc"],
    [
      "a new disk where the volume has data on its other bricks",
      `${listed}folder there\n`,
      "not the folder that instances knows as its brick",
    ],
    ["a disk that is not mounted", listed, "no folder, where instances has a brick"],
    [
      "another volume's of this pool",
      `listed images\nknown ${id}\nfolder there\n${bears}remains\n`,
      "a brick of images",
    ],
  ];
  for (const [what, printed, content] of table) {
    test(what, () => assert.equal(brick.parse(printed, key, want)?.content, content));
  }

  test("without getfattr nobody can tell", () => {
    assert.throws(() => brick.parse("folder unreadable\n", key, want), Unseen);
  });
});

describe("what is done about a brick", () => {
  test("data of anybody is refused, with the way by hand", () => {
    for (const content of ["files of others: a", "data of an unknown volume, x", "a brick of b"]) {
      const attempt = () => brick.converge(key, want, { ...want, content });
      assert.throws(
        attempt,
        (error) => error instanceof Refused && /move it away/.test(error.message),
      );
    }
  });

  test("what was taken out of its volume may go once the others are healed", () => {
    const content = "data of instances, which has no brick here any more";
    assert.throws(() => brick.converge(key, want, { ...want, content }), /heal instances info\)/);
  });

  test("a lost disk is not made a new brick by itself", () => {
    const content = "not the folder that instances knows as its brick";
    assert.throws(() => brick.converge(key, want, { ...want, content }), /reset-brick/);
  });

  test("a folder that nobody uses becomes one", () => {
    for (const content of ["an empty folder", "empty remains of a volume"]) {
      assert.equal(brick.converge(key, want, { ...want, content }).length, 1);
    }
  });

  test("data goes at destroy only where it was to be discarded", () => {
    const have = { ...want, content: "data of instances, a volume that is gone" };
    const deleting = (data: string) =>
      brick.putBack(key, "", undefined, { ...have, data }).map((change) => change.script.text);
    assert.match(deleting("discard").join(""), /-delete/);
    assert.doesNotMatch(deleting("keep").join(""), /-delete/);
  });

  test("what was a brick before we came is not emptied", () => {
    assert.deepEqual(brick.putBack(key, "0:0 755", { ...want }, { ...want }), []);
  });
});

describe("what Gluster counts among this host's bricks", () => {
  const here = "00000000-0000-4000-8000-000000000001";
  const there = "00000000-0000-4000-8000-000000000002";
  let folder: string;
  let path: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "quintet-brick-"));
    path = join(folder, "one");
    for (const name of ["bin", "one", "vols/shared/bricks"]) {
      mkdirSync(join(folder, name), { recursive: true });
    }
    writeFileSync(join(folder, "glusterd.info"), `UUID=${here}\noperating-version=110000\n`);
    writeFileSync(join(folder, "vols/shared/info"), `status=0\nvolume-id=${id}\n`);
    program("hostname", `case $* in -I) echo '192.0.2.7 2001:db8::7 ' ;; *) echo me ;; esac`);
    program("getent", `[ "$2" != me.example ] || echo '192.0.2.7      STREAM me.example'`);
    program("getfattr", "exit 1");
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  function program(name: string, text: string): void {
    writeFileSync(join(folder, "bin", name), `#!/bin/sh\n${text}\n`);
    chmodSync(join(folder, "bin", name), 0o755);
  }
  function listed(host: string, uuid: string): void {
    const file = join(folder, "vols/shared/bricks", `${host}:-one`);
    writeFileSync(file, `uuid=${uuid}\nhostname=${host}\npath=${path}\nreal_path=${path}\n`);
  }
  function run({ text }: { readonly text: string }) {
    const env = { ...process.env, PATH: `${folder}/bin:${process.env.PATH}` };
    const input = text.replaceAll("/var/lib/glusterd", folder);
    return spawnSync("sh", [], { input, encoding: "utf8", env });
  }
  const seen = () => /^listed.*$/m.exec(run(lookAtBrick(path)).stdout)?.[0];

  test("is told from the data of a brick that was taken out of its volume", () => {
    listed("other", there);
    program("getfattr", `echo ${bears.trim()}`);
    writeFileSync(join(path, "disk"), "");
    const { content } =
      brick.parse(run(lookAtBrick(path)).stdout, { path, volume: "shared" }, want) ?? {};
    assert.equal(content, "data of shared, which has no brick here any more");
  });

  test("is neither another host's brick of the same path, nor in the way of its removal", () => {
    listed("other", there);
    assert.equal(seen(), undefined);
    assert.equal(run(takeAway(path, false).script).status, 0);
    assert.equal(existsSync(path), false);
  });

  for (const [what, host, uuid] of [
    ["by the id of its daemon", "an-old-name", here],
    ["by its name, if it was installed anew", "me", there],
    ["by the address of another name", "me.example", there],
    ["by its address", "192.0.2.7", there],
  ] as const) {
    test(`is known ${what}, and is not removed`, () => {
      listed("other", "00000000-0000-4000-8000-000000000003");
      listed(host, uuid);
      assert.equal(seen(), "listed shared");
      const { status, stderr } = run(takeAway(path, false).script);
      assert.equal(status, 1);
      assert.match(stderr, /still listed as a brick of shared: delete the volume, or take/);
      assert.equal(existsSync(path), true);
    });
  }
});

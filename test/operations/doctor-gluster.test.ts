import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { bricks, peers } from "../../operations/doctor/gluster.ts";
import { heals } from "../../operations/doctor/heals.ts";
import { cloudOf, judged } from "./doctor-cloud.ts";

const path = "/export/brick/instances";

/** As a brick of a started volume answers. */
const online = `healer
listed instances
known 264bb7d1-b9b8-43d4-82cc-66fb96bcc9af
folder there
trusted.glusterfs.volume-id=0x264bb7d1b9b843d482cc66fb96bcc9af
trusted.quintet.volume=0x696e7374616e636573
remains
`;

describe("a brick", () => {
  const found = (stdout: string) => judged(bricks, { compute2: stdout });

  test("that is online is well", () => {
    assert.deepEqual(found(online), ["fine compute2 brick online"]);
  });

  test("whose process is gone is offline", () => {
    assert.deepEqual(found(`${online}process gone\n`), [
      `bad compute2 brick ${path}: offline: its process is gone`,
    ]);
  });

  test("whose disk is not mounted is bad", () => {
    assert.deepEqual(found("healer\nlisted instances\nknown 264bb7d1\n"), [
      `bad compute2 brick ${path}: holds no folder, where instances has a brick`,
    ]);
  });

  test("that nobody heals is bad", () => {
    assert.deepEqual(found(online.replace("healer\n", "")), [
      "bad compute2 self-heal daemon: does not run",
    ]);
  });

  test("that its own host has forgotten is bad", () => {
    const forgotten = online.replace(/^(listed|known) .*\n/gm, "").replace(/^trusted.gl.*\n/m, "");
    assert.match(found(forgotten).join("\n"), /its host does not know it as one of instances/);
  });
});

describe("peers", () => {
  const all = ["controller", "compute1", "compute2", "compute3", "compute4"];
  const linked = (viewer: string, lost: readonly string[] = []) =>
    `installed\n${all
      .filter((peer) => peer !== viewer)
      .map((peer) => `peer ${peer} 3 ${lost.includes(peer) ? "" : "linked"}`)
      .join("\n")}\n`;
  const found = (views: Readonly<Record<string, string>>, cloud = cloudOf([])) =>
    judged(peers, views, cloud);
  const views = (lost: (viewer: string) => readonly string[]) =>
    Object.fromEntries(all.map((viewer) => [viewer, linked(viewer, lost(viewer))]));

  test("that see each other are well", () => {
    assert.equal(found(views(() => []))[0], "fine controller peers connected");
  });

  test("of which one is away are one finding, about that one", () => {
    const lost = (viewer: string) =>
      viewer === "compute3" ? all.filter((peer) => peer !== viewer) : ["compute3"];
    assert.deepEqual(found(views(lost)), [
      "bad compute3 gluster peer: disconnected: compute1, compute2, compute4, controller",
    ]);
  });

  test("of which two do not see each other are one finding", () => {
    const pair = ["compute1", "compute4"];
    const lost = (viewer: string) => (pair.includes(viewer) ? pair : []);
    assert.deepEqual(found(views(lost)), ["bad compute4 gluster peer: disconnected: compute1"]);
  });

  test("that were thrown out are told so", () => {
    const stdout = linked("controller").replace("peer compute2 3", "peer compute2 5");
    assert.deepEqual(found({ controller: stdout }), [
      "bad compute2 gluster peer: rejected: controller",
    ]);
  });

  test("that are declared down are not missed", () => {
    const cloud = cloudOf([], { down: ["compute3"] });
    assert.deepEqual(found({ controller: linked("controller", ["compute3"]) }, cloud), [
      "fine controller peers connected",
    ]);
  });
});

describe("heals", () => {
  const file = "5f0c6a1e-07d5-4b0e-8d3f-0d8f6a6d1b11";
  /** A brick that holds these copies to be behind in their content. */
  const behind = (...copies: readonly number[]) =>
    [
      "pending 1",
      `file ${file}`,
      ...copies.map((copy) => `trusted.afr.instances-client-${copy}=0x000000020000000000000000`),
      "",
    ].join("\n");
  const found = (answers: Readonly<Record<string, string>>, cloud = cloudOf([])) =>
    judged(heals, answers, cloud);

  test("that are done are well", () => {
    assert.deepEqual(found({ compute1: "pending 0\n" }), ["fine compute1 nothing to heal"]);
  });

  test("of a brick whose list was not read are unknown, and not none", () => {
    assert.deepEqual(found({ compute1: "" }), [
      "look compute1 heals: the list of what instances has to heal cannot be read",
    ]);
  });

  test("are counted on a brick, and not where there is no list of them", () => {
    const folder = mkdtempSync(join(tmpdir(), "quintet-heals-"));
    const cloud = cloudOf([]);
    const compute1 = cloud.hosts.find(({ name }) => name === "compute1");
    assert.ok(compute1);
    const script = heals.script({ ...compute1, brick: folder }, cloud)?.text;
    const seen = () => spawnSync("sh", [], { input: script, encoding: "utf8" }).stdout;
    const list = join(folder, ".glusterfs/indices/xattrop");
    assert.equal(seen(), "");
    mkdirSync(list, { recursive: true });
    assert.equal(seen(), "pending 0\n");
    for (const name of [`xattrop-${file}`, file]) writeFileSync(join(list, name), "");
    assert.equal(seen(), `pending 1\nfile ${file}\n`);
    rmSync(folder, { recursive: true });
  });

  test("that wait are counted where the good copy is", () => {
    assert.deepEqual(found({ compute1: "pending 1200\n", compute2: "pending 0\n" }), [
      "look compute1 heals: 1 200 files of instances to heal on the other copies",
    ]);
  });

  test("of a file with a good copy left are nothing more", () => {
    const lines = found({ compute1: behind(1), compute2: behind(0), compute3: behind(0, 1) });
    assert.doesNotMatch(lines.join("\n"), /^bad/m);
  });

  test("of a file whose every copy is held to be behind wait for all bricks", () => {
    const lines = found({ compute1: behind(1, 2, 3), compute2: behind(0), compute3: "" });
    assert.equal(
      lines.at(-1),
      `bad compute1 volume instances: no copy of ${file} is undisputed (content): Gluster decides once all bricks are online`,
    );
  });

  test("of two copies that hold each other to be behind are split-brain", () => {
    const pairs = cloudOf([], { gluster: { volume: "instances", brick: path, replica: 2 } });
    assert.equal(
      found({ compute3: behind(3), compute4: behind(2) }, pairs).at(-1),
      `bad compute3 volume instances: ${file} is in split-brain: each copy holds the other's content to be behind`,
    );
  });

  test("of which a brick accuses itself are nothing more", () => {
    assert.doesNotMatch(found({ compute1: behind(0, 1, 2, 3) }).join("\n"), /^bad/m);
  });
});

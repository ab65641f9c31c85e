import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Refused } from "../../providers/errors.ts";
import { bricksToDrop } from "../../providers/gluster-volume/removal.ts";
import { type GlusterVolumeValue, glusterVolume } from "../../providers/gluster-volume.ts";

const key = { name: "instances" };

// The daemon's own file, of Gluster 11.1, and then what the files of the bricks add.
const printed = `type=2
count=4
status=1
sub_count=4
replica_count=4
disperse_count=0
redundancy_count=0
version=4
transport-type=0
volume-id=c62dc389-11d3-4c96-a86b-6fa73231b2dc
op-version=40000
client-op-version=30800
quota-version=0
tier-enabled=0
parent_volname=N/A
restored_from_snap=00000000-0000-0000-0000-000000000000
snap-max-hard-limit=256
auth.allow=192.168.0.1,192.168.0.2
storage.owner-uid=64060
network.ping-timeout=5
performance.client-io-threads=off
brick-0=compute1:-export-brick-a-b
brick-1=compute2:-export-brick-a-b
hostname=compute1
path=/export/brick/a-b
hostname=compute2
path=/export/brick-a/b
`;
const want: GlusterVolumeValue = glusterVolume.value.parse({
  bricks: ["compute1:/export/brick/a-b", "compute2:/export/brick-a/b"],
  replica: 2,
  "option/network.ping-timeout": "5",
});
const whys = (have: object) =>
  glusterVolume.converge(key, want, { ...want, ...have }).map((change) => change.why);

describe("a volume in the daemon's files", () => {
  test("has its bricks in order, with the slashes and dashes of their paths", () => {
    const have = glusterVolume.parse(printed, key, want);
    assert.deepEqual(have?.bricks, want.bricks);
    assert.equal(have?.replica, 4);
    assert.equal(have?.started, true);
  });

  test("has options, of which the declared ones are ours", () => {
    const have = glusterVolume.parse(printed, key, want);
    assert.equal(have?.["option/auth.allow"], "192.168.0.1,192.168.0.2");
    assert.ok(have);
    const own = glusterVolume.own(want, have);
    assert.deepEqual(
      Object.keys(own).filter((name) => name.startsWith("option/")),
      ["option/network.ping-timeout"],
    );
  });

  test("is absent where there is no file", () =>
    assert.equal(glusterVolume.parse("", key, want), undefined));
});

describe("what is done about a volume", () => {
  test("a new one gets its options before it is started: who may mount is among them", () => {
    const steps = glusterVolume.converge(key, want, undefined).map((change) => change.why);
    assert.deepEqual(
      steps.map((why) => why.split(" ")[0]),
      ["make", "set", "start"],
    );
  });

  test("an option that was changed is set, one that is no longer declared is reset", () => {
    assert.deepEqual(whys({ "option/network.ping-timeout": "42" }), [
      "set of instances: network.ping-timeout to 5 (was 42)",
    ]);
    assert.deepEqual(whys({ "option/auth.allow": "*" }), ["reset auth.allow of instances (was *)"]);
  });

  test("one that was stopped is started", () => {
    assert.deepEqual(whys({ started: false }), ["start the volume instances"]);
  });

  test("other bricks, another order, or another number of copies are refused", () => {
    for (const other of [{ bricks: want.bricks.toReversed() }, { replica: 1 }]) {
      assert.throws(() => whys(other), Refused);
    }
  });

  test("what is refused says the commands that lead there, where they are few", () => {
    const of = (hosts: string, replica: number) => ({
      ...want,
      bricks: hosts.split(" ").map((host) => `${host}:/b`),
      replica,
      onRootDisk: true,
    });
    const table = [
      ["a b c", 3, "a b c d", 4, "remove-brick instances replica 3 d:/b force, or"],
      ["a b c d", 4, "a b c", 3, "add-brick instances replica 4 d:/b force, and wait for the"],
      ["a x", 2, "a b", 2, "replace-brick instances b:/b x:/b commit force; after each"],
      ["a x c y", 2, "a b c d", 2, "replace-brick instances d:/b y:/b commit force; after each"],
      ["b a", 2, "a b", 2, "an order changes only as bricks leave and come back last"],
      ["a b", 1, "a b", 2, "by hand (gluster volume add-brick, remove-brick instances replica N"],
      ["a b", 2, "a b c d", 2, "by hand (gluster volume add-brick, remove-brick instances repl"],
    ] as const;
    for (const [wanted, copies, found, there, next] of table) {
      const attempt = () => glusterVolume.converge(key, of(wanted, copies), of(found, there));
      assert.throws(attempt, (error) => error instanceof Refused && error.message.includes(next));
    }
  });

  test("force is used only where it is asked for", () => {
    const create = (onRootDisk: boolean) =>
      glusterVolume.converge(key, { ...want, onRootDisk }, undefined)[0]?.script.text ?? "";
    assert.match(create(true), /compute2:\S+ force$/m);
    assert.doesNotMatch(create(false), / force/);
  });
});

describe("a volume of which hosts are gone for good", () => {
  const of = (bricks: string, replica: number) => ({
    ...want,
    bricks: bricks.split(" ").map((host) => `${host}:/b`),
    replica,
  });
  const dropped = (volume: GlusterVolumeValue, ...gone: string[]) =>
    bricksToDrop(volume, new Set(gone)).map((words) => words.join(" "));

  test("loses their bricks and their membership before it is deleted", () => {
    const steps = glusterVolume.converge(key, undefined, want, new Set(["compute2"]));
    assert.deepEqual(
      steps.map(({ why }) => why.split(/[ ,;]/, 4).join(" ")),
      [
        "wait until Gluster has",
        "stop the volume instances",
        "take the bricks of",
        "detach compute2 from the",
        "delete the volume instances",
      ],
    );
    assert.match(
      steps[2]?.script.text ?? "",
      /remove-brick instances replica 1 compute2:\S+ force/,
    );
  });

  test("keeps as many copies in each set of neighbours", () => {
    assert.deepEqual(dropped(of("a b c d", 2), "c"), ["replica 1 b:/b c:/b"]);
    assert.deepEqual(dropped(of("a b c d", 4), "a", "d"), ["replica 3 a:/b", "replica 2 d:/b"]);
  });

  test("without copies loses the bricks alone", () => {
    assert.deepEqual(dropped(of("a b c", 1), "b"), ["b:/b"]);
    assert.deepEqual(dropped(of("a b c d", 2), "c", "d"), ["replica 1 b:/b c:/b", "d:/b"]);
  });

  test("keeps one brick to the end, for Gluster deletes none that has none", () => {
    assert.deepEqual(dropped(of("a b", 2), "a", "b"), ["replica 1 a:/b"]);
    assert.deepEqual(dropped(of("a b", 1), "a", "b"), ["b:/b"]);
  });

  test("is deleted as ever where none of its pool is gone", () => {
    assert.deepEqual(dropped(of("a b", 2), "c"), []);
  });
});

describe("a wish for a volume", () => {
  const wrong = {
    "bricks that make no whole sets": { ...want, replica: 3 },
    "a brick without its host": { ...want, bricks: ["/export/a", "/export/b"] },
    "a word that is no option": { ...want, "network.ping-timeout": "5" },
  };
  for (const [what, value] of Object.entries(wrong)) {
    test(`${what} is refused`, () => {
      assert.equal(glusterVolume.value.safeParse(value).success, false);
    });
  }
});

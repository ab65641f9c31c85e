import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { profileNames, selectProfile } from "../../profiles/profile.ts";

const profile = selectProfile("debian13-epoxy");

test("a profile is found by its name, and only by that", () => {
  assert.deepEqual(
    profileNames.map((name) => selectProfile(name).name),
    profileNames,
  );
  assert.throws(() => selectProfile("debian12"), /no profile is called debian12/);
});

describe("the volume's options", () => {
  // As Gluster 11 expands `group virt`.
  const group = `performance.quick-read=off performance.read-ahead=off performance.io-cache=off
    performance.low-prio-threads=32 network.remote-dio=disable performance.strict-o-direct=on
    cluster.eager-lock=enable cluster.quorum-type=auto cluster.server-quorum-type=server
    cluster.data-self-heal-algorithm=full cluster.locking-scheme=granular cluster.shd-max-threads=8
    cluster.shd-wait-qlength=10000 features.shard=on user.cifs=off cluster.choose-local=off
    client.event-threads=4 server.event-threads=4 performance.client-io-threads=on
    network.ping-timeout=20 server.tcp-user-timeout=20 server.keepalive-time=10
    server.keepalive-interval=2 server.keepalive-count=5 cluster.lookup-optimize=off`;

  test("are those for guests, but for sharding and a shorter timeout, and Nova owns the top", () => {
    const expected = new Map(group.split(/\s+/).map((pair) => pair.split("=") as [string, string]));
    expected.delete("features.shard");
    expected.set("network.ping-timeout", "5");
    expected.set("storage.owner-uid", "64060").set("storage.owner-gid", "64060");
    assert.deepEqual(profile.gluster.options, Object.fromEntries(expected));
  });
});

describe("certificates", () => {
  const { folders, authority, certificate, key } = profile.hypervisor.migration.certificates;

  test("lie in folders that are made, each after the one above it", () => {
    const made = folders.map(({ path }) => path);
    for (const { path } of [...authority, ...certificate, ...key]) {
      assert.ok(made.includes(path.slice(0, path.lastIndexOf("/"))), path);
    }
    for (const [index, path] of made.entries()) {
      const above = made.indexOf(path.slice(0, path.lastIndexOf("/")));
      assert.ok(above < index, path);
    }
  });

  test("have keys that others cannot read", () => {
    for (const { path, mode } of key) assert.match(mode, /^0[0-7]{2}0$/, path);
  });
});

describe("the text of", () => {
  test("the time servers' file names each, and nothing of the distribution's", () => {
    const text = profile.baseline.time.configText(["ntp1.example.org", "192.168.0.5"]);
    assert.deepEqual(
      text.split("\n").filter((line) => /^(server|pool|source)/.test(line)),
      ["server ntp1.example.org iburst", "server 192.168.0.5 iburst"],
    );
    assert.ok(text.endsWith("\n"));
  });

  test("the migration socket clears the address of all interfaces before it names its own", () => {
    const { content } = profile.hypervisor.migration.listenOn("192.168.0.3");
    assert.deepEqual(
      content.split("\n").filter((line) => line.startsWith("ListenStream")),
      ["ListenStream=", "ListenStream=192.168.0.3:16514"],
    );
  });
});

test("the folders of the mount end at the mount point", () => {
  assert.equal(profile.gluster.folders.at(-1)?.path, profile.gluster.mount.path);
});

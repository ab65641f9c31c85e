import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Refused, ScriptFailed } from "../../providers/errors.ts";
import { glusterPeers } from "../../providers/gluster-peers.ts";
import { sh } from "../../providers/sh.ts";
import { kill, reset, start } from "../../testbed/testbed.ts";
import {
  all,
  at,
  bricks,
  everybody,
  everywhere,
  hosts,
  mounts,
  nat,
  of,
  on,
  path,
  peers,
  road,
  volume,
  wish,
} from "./gluster-cloud.ts";
import { bringGluster } from "./gluster-place.ts";
import { Promised } from "./promised.ts";

describe("a pool of five hosts with a volume of four bricks, mounted on all", () => {
  const picture = sh`ls -A /export /srv; cat /proc/self/mountinfo | awk '{ print $5 }' | sort
ls /etc/systemd/system; ls /etc/quintet /var/lib/quintet 2>&1; ls /var/lib/glusterd/peers /var/lib/glusterd/vols`;
  let found: string[] = [];

  before(async () => {
    await on("compute1", sh`echo 1 >/proc/sys/net/ipv4/ip_forward`);
    const installed = sh`command -v iptables >/dev/null || { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends iptables; }`;
    await on("compute1", installed);
    await nat.make();
    await everywhere(
      everybody,
      sh`
grep -q controller /etc/hosts && grep -q compute4 /etc/hosts ||
  printf '192.168.0.%s\n' '1 compute1' '2 compute2' '3 compute3' '4 compute4' '5 controller' >>/etc/hosts
${bringGluster}
systemctl enable glusterd
mkdir -p /export/brick ${at}`,
    );
    await nat.remove();
    found = await everywhere(everybody, picture);
    await nat.make();
  });
  after(() => road.end());

  test("a brick's folder with somebody's files in it is refused, and left alone", async () => {
    await on("compute2", sh`mkdir ${path} && echo theirs >${`${path}/file`}`);
    await assert.rejects(of(bricks, "compute2").make(), (error) => {
      assert.ok(error instanceof Refused);
      assert.match(error.message, /files of others: file/);
      return true;
    });
    assert.equal(await on("compute2", sh`cat ${`${path}/file`}; rm -r ${path}`), "theirs\n");
  });

  test("what is written on one mount is read on all others", async () => {
    await peers.make();
    for (const one of bricks.values()) await one.make();
    await volume.make();
    for (const one of mounts.values()) await one.make();
    await on("compute1", sh`echo 'the same everywhere' >${`${at}/file`}`);
    for (const text of await everywhere(everybody, sh`cat ${`${at}/file`}`)) {
      assert.equal(text, "the same everywhere\n");
    }
  });

  test("a second look finds nothing to do", async () => {
    for (const one of all) assert.deepEqual(await one.drift(), {});
  });

  test("a daemon that is stopped is a peer that is not connected, and comes back", async () => {
    await on("compute3", sh`systemctl stop glusterd`);
    assert.deepEqual(await peers.drift(), { compute3: "disconnected" });
    await on("compute3", sh`systemctl start glusterd`);
    await peers.make();
    assert.deepEqual(await peers.drift(), {});
  });

  test("a host that does not answer cannot be taken into the pool, and the error names it", async () => {
    const stranger = new Promised(
      glusterPeers,
      hosts,
      "controller",
      { pool: "strangers" },
      { "no-such-host": "connected" },
    );
    await assert.rejects(stranger.make(), /no-such-host does not let itself be reached/);
    // A promise that was never made stands in no state; its note goes by hand.
    await on("controller", sh`grep -l no-such-host /var/lib/quintet/records/* | xargs rm`);
  });

  test("looking waits for no lock of the cluster", async () => {
    const held = sh`
kill -STOP "$(cat /run/glusterd.pid)"
( sleep 25; kill -CONT "$(cat /run/glusterd.pid)" ) </dev/null >/dev/null 2>&1 3>&- &`;
    await on("compute4", held);
    const hanging = sh`gluster --mode=script volume set shared diagnostics.brick-log-level INFO </dev/null >/dev/null 2>&1 3>&- &
sleep 2; timeout 5 gluster volume status shared 2>&1 || true`;
    const said = await on("controller", hanging);
    assert.doesNotMatch(said, /Brick compute1/, "the lock is held");
    const started = Date.now();
    for (const one of [peers, volume, ...bricks.values()]) assert.deepEqual(await one.drift(), {});
    assert.ok(Date.now() - started < 15_000);
    await on("compute4", sh`sleep 24; gluster pool list`);
  });

  test("an edit waits for the lock that another holds", async () => {
    await volume.make({ "option/network.ping-timeout": "6" });
    assert.deepEqual(await volume.drift(), { "option/network.ping-timeout": "6" });
    await volume.make();
  });

  test("other bricks than the declared ones are refused, with the way by hand", async () => {
    await assert.rejects(volume.make({ bricks: wish.bricks.toReversed() }), /order changes only/);
  });

  test("the process of a brick that was killed is drift of that brick", async () => {
    await on("compute2", sh`kill -9 "$(cat /run/gluster/vols/shared/*.pid)"`);
    assert.deepEqual(await of(bricks, "compute2").drift(), { process: "gone" });
    await of(bricks, "compute2").make();
    assert.deepEqual(await of(bricks, "compute2").drift(), {});
  });

  test("a mount whose process is gone is found without hanging, and mounted again", async () => {
    await on("compute2", sh`kill -9 "$(pgrep -f ${`glusterfs.* ${at}$`})"; sleep 1`);
    const started = Date.now();
    const { now } = await of(mounts, "compute2").drift();
    assert.match(String(now), /^dead/);
    assert.ok(Date.now() - started < 10_000);
    await of(mounts, "compute2").make();
    assert.match(await on("compute2", sh`cat ${`${at}/file`}`), /the same/);
  });

  test("a mount that is in use stays, and the error names who uses it", async () => {
    await on(
      "compute2",
      sh`( cd ${at} && exec sleep 600 ) </dev/null >/dev/null 2>&1 3>&- &
sleep 1`,
    );
    const removal = of(mounts, "compute2").remove();
    await assert.rejects(removal, (error) => {
      assert.ok(error instanceof ScriptFailed);
      assert.match(error.message, /in use by process \d+ \(sleep\)/);
      return true;
    });
    await on("compute2", sh`pkill -x sleep; mountpoint -q ${at}`);
    await of(mounts, "compute2").make();
  });

  test("a mount goes over no files", async () => {
    await on("compute2", sh`umount ${at} && echo hidden >${`${at}/local`}`);
    assert.match(String((await of(mounts, "compute2").drift()).now), /1 files lie in its folder/);
    await assert.rejects(of(mounts, "compute2").make(), /is not empty, and a mount would hide/);
    await on("compute2", sh`rm ${`${at}/local`}`);
    await of(mounts, "compute2").make();
  });

  test("a volume is not taken away from those who have it mounted", async () => {
    await assert.rejects(volume.remove(), /still mounted/);
    assert.deepEqual(await volume.drift(), {});
  });

  test("after a cold boot of all hosts at once, everything is back by itself", async () => {
    await kill();
    const started = Date.now();
    await start();
    let left: object[] = [{}];
    while (left.length > 0 && Date.now() - started < 120_000) {
      await new Promise((done) => setTimeout(done, 2000));
      const drifts = await Promise.all(all.map((one) => one.drift().catch(() => ({ none: 1 }))));
      left = drifts.filter((drift) => Object.keys(drift).length > 0);
    }
    assert.deepEqual(left, []);
    console.log(`  all mounted ${Math.round((Date.now() - started) / 1000)} s after power on`);
    for (const text of await everywhere(everybody, sh`cat ${`${at}/file`}`)) {
      assert.match(text, /the same/);
    }
  });

  test("a mount that was made at boot outlives its unit, and stays while it is in use", async () => {
    const mounted = of(mounts, "compute2");
    await on(
      "compute2",
      sh`systemctl stop quintet-mount-srv-shared && cat ${`${at}/file`} && systemctl start quintet-mount-srv-shared
( exec sleep 600 3<${`${at}/file`} ) </dev/null >/dev/null 2>&1 &
sleep 1`,
    );
    await assert.rejects(mounted.remove(), /in use by process \d+ \(sleep\)/);
    assert.match(await on("compute2", sh`cat ${`${at}/file`}`), /the same/);
    assert.deepEqual(await mounted.drift(), {});
    await on("compute2", sh`pkill -x sleep`);
  });

  test("deleted in order, everything is as it was found", async () => {
    for (const one of mounts.values()) await one.remove();
    await volume.remove();
    for (const one of bricks.values()) await one.remove();
    await peers.remove();
    await nat.remove();
    assert.deepEqual(await everywhere(everybody, picture), found);
  });

  test("where a host is gone for good, the others are put back without it", async () => {
    const lost = "compute4";
    await peers.make();
    for (const one of bricks.values()) await one.make();
    await volume.make();
    await kill([lost]);
    try {
      await volume.remove([lost]);
      for (const one of bricks.values()) await one.remove([lost]);
      await peers.remove([lost]);
      const left = everybody.filter((host) => host !== lost);
      const was = found.filter((_, at) => everybody[at] !== lost);
      assert.deepEqual(await everywhere(left, picture), was);
    } finally {
      // It believes itself in that pool still.
      await reset(lost);
      await start([lost]);
    }
  });
});

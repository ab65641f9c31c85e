import assert from "node:assert/strict";
import { resolve } from "node:path";
import { after, afterEach, before, describe, test } from "node:test";
import { ScriptFailed } from "../../providers/errors.ts";
import { HostGround } from "../../providers/host-ground.ts";
import type { Props } from "../../providers/layout.ts";
import { Lifecycle } from "../../providers/lifecycle.ts";
import { packages } from "../../providers/packages.ts";
import { sh } from "../../providers/sh.ts";
import { hostPlace } from "../places.ts";
import {
  admin,
  closeArchive,
  forgetArchive,
  openArchive,
  pointRelease,
} from "./packages.archive.ts";
import { packagesPicture } from "./packages.fixture.ts";

const host = "compute1";
const sshConfig = resolve(process.env.QUINTET_TESTBED ?? ".testbed", "ssh_config");
const place = hostPlace(host, sshConfig);
const lifecycle = new Lifecycle(new HostGround(packages, place.hosts), {
  down: new Set(),
  abandoned: new Set(),
});

const promise = (set: string, wish: Record<string, string>): Props => ({
  ...packages.value.parse(wish),
  at: { host, key: { set }, claim: set, stack: "tests" },
});
const create = async (set: string, ...names: string[]) => {
  const wish = Object.fromEntries(names.map((name) => [name, "present"]));
  return (await lifecycle.create(promise(set, wish))).outs;
};
const ours = async () =>
  (
    await place.run(
      sh`dpkg-query -W -f='\${db:Status-Abbrev}\${Package}\\n' 'quintet-*' 2>/dev/null | sed -n 's/^ii //p'`,
    )
  )
    .trim()
    .split("\n");
const failure = (pattern: RegExp) => (error: unknown) =>
  error instanceof ScriptFailed && pattern.test(error.message);
let bare: string;

before(async () => {
  await place.run(closeArchive);
  await place.run(openArchive);
  bare = await place.run(packagesPicture);
});
afterEach(() => place.run(closeArchive));
after(async () => {
  await place.run(forgetArchive);
  await place.end();
});

describe("two sets with a dependency in common", () => {
  for (const order of [
    ["one", "two"],
    ["two", "one"],
  ] as const) {
    test(`keep it until both are gone: first ${order[0]}, then ${order[1]}`, async () => {
      const outs = {
        one: await create("one", "quintet-one"),
        two: await create("two", "quintet-two"),
      };
      await lifecycle.delete(outs[order[0]]);
      assert.deepEqual(await ours(), ["quintet-lib", `quintet-${order[1]}`]);
      await lifecycle.delete(outs[order[1]]);
      assert.equal(await place.run(packagesPicture), bare);
    });
  }

  test("keep what one brought and the other asks for by name", async () => {
    const meta = await create("meta", "quintet-meta");
    const data = await create("data", "quintet-data");
    await lifecycle.delete(meta);
    assert.deepEqual(await ours(), ["quintet-data"]);
    await lifecycle.delete(data);
    assert.equal(await place.run(packagesPicture), bare);
  });

  test("that wait for their turn come in one run of apt, and go one by one", async () => {
    const runs = async () =>
      Number(await place.run(sh`grep -c ^Commandline /var/log/apt/history.log; :`));
    const before = await runs();
    const [one, two, data] = await Promise.all([
      create("one", "quintet-one"),
      create("two", "quintet-two"),
      create("data", "quintet-data"),
    ]);
    assert.ok((await runs()) - before <= 2);
    assert.match(
      await place.run(sh`apt-mark showmanual`),
      /^quintet-data\nquintet-one\nquintet-two$/m,
    );
    await lifecycle.delete(two);
    assert.deepEqual(await ours(), ["quintet-data", "quintet-lib", "quintet-one"]);
    await lifecycle.delete(data);
    assert.deepEqual(await ours(), ["quintet-lib", "quintet-one"]);
    await lifecycle.delete(one);
    assert.equal(await place.run(packagesPicture), bare);
  });

  test("that wait to go go together, but for one that something is in the way of", async () => {
    const runs = async () =>
      Number(await place.run(sh`grep -c ^Purge /var/log/apt/history.log; :`));
    const sets = ["one", "two", "data"];
    const all = () => Promise.all(sets.map((name) => create(name, `quintet-${name}`)));
    const going = async () => Promise.allSettled((await outs).map((one) => lifecycle.delete(one)));
    let outs = all();
    await outs;
    const before = await runs();
    for (const { status } of await going()) assert.equal(status, "fulfilled");
    assert.ok((await runs()) - before <= 2);
    assert.equal(await place.run(packagesPicture), bare);

    outs = all();
    await outs;
    await place.run(admin("install", "quintet-user"));
    const [one, two, data] = await going();
    assert.ok(one?.status === "rejected" && failure(/not ours: quintet-user/)(one.reason));
    assert.deepEqual([two?.status, data?.status], ["fulfilled", "fulfilled"]);
    assert.deepEqual(await ours(), ["quintet-lib", "quintet-one", "quintet-user"]);
  });

  test("that wait for their turn: what is refused is refused to its own set alone", async () => {
    await place.run(admin("install", "quintet-foe"));
    const [data, one, two, nowhere] = await Promise.allSettled([
      create("data", "quintet-data"),
      create("one", "quintet-one"),
      create("two", "quintet-two"),
      create("x", "quintet-nowhere"),
    ]);
    assert.deepEqual([data.status, one.status], ["fulfilled", "fulfilled"]);
    assert.ok(two.status === "rejected" && failure(/also remove quintet-foe/)(two.reason));
    assert.ok(nowhere.status === "rejected" && failure(/locate package/)(nowhere.reason));
    assert.deepEqual(await ours(), ["quintet-data", "quintet-foe", "quintet-lib", "quintet-one"]);
  });

  test("that wait for their turn: one that cannot be fetched fails alone", async () => {
    await place.run(sh`rm /root/quintet-archive/quintet-late_1.0_all.deb`);
    const sets = ["quintet-data", "quintet-one", "quintet-late"];
    const ended = await Promise.allSettled(sets.map((name) => create(name, name)));
    assert.deepEqual(
      ended.map(({ status }) => status),
      ["fulfilled", "fulfilled", "rejected"],
    );
    await place.run(openArchive);
  });

  test("share a package: the set that goes first leaves it", async () => {
    const first = await create("first", "quintet-one");
    await create("second", "quintet-one");
    await lifecycle.delete(first);
    assert.deepEqual(await ours(), ["quintet-lib", "quintet-one"]);
    assert.match(await place.run(sh`apt-mark showmanual quintet-one`), /quintet-one/);
  });
});

describe("letting a set go", () => {
  test("is refused where something of others needs it, and nothing has changed", async () => {
    const outs = await create("one", "quintet-one");
    await place.run(admin("install", "quintet-user"));
    const standing = await place.run(packagesPicture);
    await assert.rejects(
      lifecycle.delete(outs),
      failure(/not ours: quintet-user.*needs quintet-one/s),
    );
    assert.equal(await place.run(packagesPicture), standing);
    await place.run(admin("purge", "quintet-user"));
    await lifecycle.delete(outs);
    assert.equal(await place.run(packagesPicture), bare);
  });

  test("that is cut off, and then fails, leaves marked what was asked for by name", async () => {
    const outs = await create("one", "quintet-one");
    const standing = await place.run(packagesPicture);
    const hook = "/etc/apt/apt.conf.d/quintet-tests";
    const killing = "kill -KILL $(sed -n 's/^PPid:.//p' /proc/$PPID/status) $PPID";
    for (const [command, said] of [
      [killing, /let go of the packages/],
      ["false", /Pre-Invoke/],
    ] as const) {
      await place.run(sh`echo ${`DPkg::Pre-Invoke { "${command}"; };`} >${hook}`);
      await assert.rejects(lifecycle.delete(outs), failure(said));
      await place.run(sh`rm ${hook}`);
    }
    assert.equal(await place.run(packagesPicture), standing);
    await lifecycle.delete(outs);
    assert.equal(await place.run(packagesPicture), bare);
  });

  test("is refused while something is mounted below a path that a purge deletes", async () => {
    const outs = await create("data", "quintet-data");
    await place.run(sh`mkdir -p /var/lib/quintet-data/disks && mount -t tmpfs none /var/lib/quintet-data/disks
touch /var/lib/quintet-data/disks/precious`);
    await assert.rejects(
      lifecycle.delete(outs),
      failure(/mounted at \/var\/lib\/quintet-data\/disks/),
    );
    await place.run(sh`ls /var/lib/quintet-data/disks/precious`);
    await place.run(sh`umount /var/lib/quintet-data/disks`);
    await lifecycle.delete(outs);
    assert.equal(await place.run(packagesPicture), bare);
  });

  test("takes what apt holds for essential with the last set, and what only that needs", async () => {
    const disk = await create("disk", "quintet-disk");
    const data = await create("data", "quintet-data");
    await lifecycle.delete(disk);
    assert.deepEqual(await ours(), ["quintet-base", "quintet-data", "quintet-lib"]);
    await lifecycle.delete(data);
    assert.equal(await place.run(packagesPicture), bare);
  });

  test("takes with the last set what apt keeps as one of several that give the same", async () => {
    await lifecycle.delete(await create("words", "quintet-words"));
    assert.equal(await place.run(packagesPicture), bare);
  });

  test("leaves what apt holds for essential and others need", async () => {
    const disk = await create("disk", "quintet-disk");
    await place.run(admin("install", "quintet-floppy"));
    await lifecycle.delete(disk);
    assert.deepEqual(await ours(), ["quintet-base", "quintet-floppy", "quintet-lib"]);
  });

  test("leaves one of two where others need either", async () => {
    const both = await create("both", "quintet-both");
    await place.run(admin("install", "quintet-either"));
    await lifecycle.delete(both);
    assert.deepEqual(await ours(), ["quintet-either", "quintet-right"]);
  });

  test("takes what daemons have made for themselves, and leaves what was there before", async () => {
    const made = "/var/lib/swtpm-localca";
    const first = await create("guests", "swtpm-tools");
    await place.run(sh`mkdir ${made}`);
    await lifecycle.delete(first);
    assert.equal(await place.run(sh`ls -d ${made} 2>/dev/null || echo gone`), "gone\n");
    await place.run(sh`mkdir ${made}`);
    const second = await create("guests", "swtpm-tools");
    await lifecycle.delete(second);
    await place.run(sh`rmdir ${made}`);
  });

  test("takes a database server's data with it, unless somebody else's database is among it", async () => {
    const data = "/var/lib/mysql";
    const kept = async () => (await place.run(sh`ls -d ${data} 2>/dev/null || echo gone`)).trim();
    const databases = (...names: string[]) =>
      place.run(sh`cd / && mkdir -p ${data} && cd ${data} && touch ibdata1 && mkdir ${names}`);
    const first = await create("database", "mariadb-server");
    await databases("mysql", "sys", "performance_schema", "#rocksdb");
    await lifecycle.delete(first);
    assert.equal(await kept(), "gone");
    const second = await create("database", "mariadb-server");
    await databases("mysql", "theirs");
    await lifecycle.delete(second);
    assert.equal(await kept(), data);
  });

  test("stops what still runs of it, so that its account goes, and unlinks its unit", async () => {
    const unit = "quintet-daemon.service";
    const folder = "/etc/systemd/system/quintet-tests.target.wants";
    const outs = await create("daemon", "quintet-daemon");
    await place.run(sh`systemctl daemon-reload && systemctl start ${unit}
mkdir ${folder} && ln -s /usr/lib/systemd/system/${unit} ${folder}/ && ln -s /nowhere ${folder}/theirs.service`);
    await lifecycle.delete(outs);
    const left = await place.run(sh`ls ${folder}; rm -r ${folder}
systemctl is-active ${unit}; getent passwd quintet-acct; true`);
    assert.equal(left, "theirs.service\ninactive\n");
    assert.equal(await place.run(packagesPicture), bare);
  });

  test("that is cut off after the purge is ended by the next, whatever that is", async () => {
    const made = "/var/lib/swtpm-localca";
    const hook = "/etc/apt/apt.conf.d/quintet-tests";
    const killing = "kill -KILL $(sed -n 's/^PPid:.//p' /proc/$PPID/status) $PPID";
    const cutOff = async () => {
      const outs = await create("guests", "swtpm-tools");
      await place.run(sh`mkdir ${made}; mkdir -p /etc/swtpm-tools.d/made`);
      await place.run(sh`echo ${`DPkg::Post-Invoke { "${killing}"; };`} >${hook}`);
      await assert.rejects(lifecycle.delete(outs), failure(/let go of the packages/));
      await place.run(sh`rm ${hook}; ls -d ${made} && ! dpkg -s swtpm-tools 2>/dev/null`);
      return outs;
    };
    await lifecycle.delete(await cutOff());
    assert.equal(await place.run(sh`ls -d ${made} 2>/dev/null || echo gone`), "gone\n");
    assert.equal(await place.run(packagesPicture), bare);
    await cutOff();
    // It is not taken for something that was there before.
    await lifecycle.delete(await create("guests", "swtpm-tools"));
    assert.equal(await place.run(sh`ls -d ${made} 2>/dev/null || echo gone`), "gone\n");
    assert.equal(await place.run(packagesPicture), bare);
  });

  test("that is cut off when apt has only removed is ended by the next", async () => {
    const outs = await create("set", "quintet-data", "quintet-one");
    await create("other", "quintet-slow");
    await place.run(sh`cd /var/lib/quintet/packages
{ echo quintet-data; cat /var/lib/dpkg/info/quintet-data.list; } | sort >going
dpkg --remove quintet-data quintet-one >/dev/null`);
    await lifecycle.delete(outs);
    assert.deepEqual(await ours(), ["quintet-slow"]);
    await place.run(sh`! dpkg -s quintet-data 2>/dev/null && ! [ -e /var/lib/quintet-data ]`);
  });

  test("that is cut off so is ended also where apt holds the rest for essential", async () => {
    const outs = await create("disk", "quintet-disk");
    await place.run(sh`cd /var/lib/quintet/packages
for name in quintet-base quintet-disk; do
  echo $name; cat /var/lib/dpkg/info/$name.list
done | sort -u >going
dpkg --remove --force-remove-essential --force-remove-protected quintet-disk quintet-base >/dev/null 2>&1`);
    await lifecycle.delete(outs);
    assert.equal(await place.run(packagesPicture), bare);
  });

  test("leaves an account that owns something", async () => {
    const outs = await create("data", "quintet-data");
    await place.run(sh`touch /etc/quintet-kept && chown quintet-acct /etc/quintet-kept`);
    await lifecycle.delete(outs);
    await place.run(sh`getent passwd quintet-acct`);
  });

  test("first ends what broke off half-way, and leaves it", async () => {
    const outs = await create("one", "quintet-one");
    await place.run(sh`dpkg --unpack /root/quintet-archive/quintet-data_1.0_all.deb`);
    await lifecycle.delete(outs);
    assert.deepEqual(await ours(), ["quintet-data"]);
  });

  test("takes the empty folders that daemons made in its own, and leaves a file", async () => {
    const outs = await create("set", "quintet-one", "quintet-data");
    await place.run(sh`mkdir -p /etc/quintet-one.d/made/below /etc/quintet-data.d/made
touch /etc/quintet-data.d/made/file`);
    await lifecycle.delete(outs);
    const left = await place.run(sh`find /etc -path '/etc/quintet-*' | sort`);
    assert.equal(
      left,
      "/etc/quintet-data.d\n/etc/quintet-data.d/made\n/etc/quintet-data.d/made/file\n",
    );
  });

  test("brings back what it had removed, but takes nothing of others away for it", async () => {
    await place.run(admin("install", "quintet-foe"));
    const { outs } = await lifecycle.create(promise("peace", { "quintet-foe": "absent" }));
    await place.run(admin("install", "quintet-two"));
    await assert.rejects(
      lifecycle.delete(outs),
      failure(/bring back quintet-foe, apt would remove quintet-two/),
    );
    assert.deepEqual(await ours(), ["quintet-lib", "quintet-two"]);
    await place.run(admin("purge", "quintet-two"));
    await lifecycle.delete(outs);
    assert.deepEqual(await ours(), ["quintet-foe", "quintet-lib"]);
  });

  test("leaves what the administrator asked for in the meantime", async () => {
    const outs = await create("one", "quintet-one");
    await place.run(sh`apt-mark manual quintet-lib`);
    await lifecycle.delete(outs);
    assert.deepEqual(await ours(), ["quintet-lib"]);
  });

  test("leaves what was there before, although the set named it", async () => {
    await place.run(admin("install", "quintet-one"));
    const before = await place.run(packagesPicture);
    await lifecycle.delete(await create("one", "quintet-one", "quintet-two"));
    assert.equal(await place.run(packagesPicture), before);
  });
});

describe("an install", () => {
  test("that would remove something of others is refused, and names it", async () => {
    await place.run(admin("install", "quintet-foe"));
    await assert.rejects(
      create("two", "quintet-two"),
      failure(/also remove quintet-foe.*"absent"/s),
    );
    assert.deepEqual(await ours(), ["quintet-foe"]);
  });

  test("of a package that does not exist shows what apt says", async () => {
    await assert.rejects(create("x", "quintet-nowhere"), failure(/locate package quintet-nowhere/));
  });

  test("by lists that are out of date is planned anew, and what then comes along goes again", async () => {
    await place.run(pointRelease);
    const outs = await create("late", "quintet-late");
    assert.deepEqual(await ours(), ["quintet-late", "quintet-lib"]);
    await lifecycle.delete(outs);
    assert.equal(await place.run(packagesPicture), bare);
    await place.run(openArchive);
  });

  test("by lists that are out of date is refused where the new plan removes something of others", async () => {
    await place.run(admin("install", "quintet-foe"));
    await place.run(pointRelease);
    await assert.rejects(create("late", "quintet-late"), failure(/also remove quintet-foe/));
    assert.deepEqual(await ours(), ["quintet-foe"]);
    await place.run(openArchive);
  });

  test("that was cut off in a package's own script is seen, healed, and put back", async () => {
    await place.run(sh`touch /root/quintet-archive/slow`);
    const install = create("slow", "quintet-slow", "quintet-one").catch(() => undefined);
    // A connection of its own: on the other one questions wait for each other.
    const bystander = hostPlace(host, sshConfig);
    await bystander.run(sh`i=0
until [ -s /root/quintet-archive/slow ]; do sleep 0.2; i=$((i + 1)); [ $i -lt 300 ] || exit 1; done
script=$(cat /root/quintet-archive/slow)
dpkg=$(sed -n 's/^PPid:\\t//p' "/proc/$script/status")
apt=$(sed -n 's/^PPid:\\t//p' "/proc/$dpkg/status")
kill -KILL "$apt" "$dpkg" "$script"; rm /root/quintet-archive/slow`);
    await bystander.end();
    await install;
    const wish = promise("slow", { "quintet-slow": "present", "quintet-one": "present" });
    const { props } = await lifecycle.read("id", {
      ...wish,
      declared: { "quintet-slow": "present" },
    });
    assert.equal(props["quintet-slow"], "half-configured");
    assert.match(String(props["half-installed"]), /quintet-slow/);
    const outs = await create("slow", "quintet-slow", "quintet-one");
    assert.deepEqual(await ours(), ["quintet-lib", "quintet-one", "quintet-slow"]);
    await lifecycle.delete(outs);
    assert.equal(await place.run(packagesPicture), bare);
  });

  test("whose promise was lost with the state is let go with the last set", async () => {
    await create("lost", "quintet-two");
    await place.run(sh`rm -r /var/lib/quintet/records /var/lib/quintet/packages/sets/lost`);
    await lifecycle.delete(await create("data", "quintet-data"));
    assert.equal(await place.run(packagesPicture), bare);
  });
});

describe("a set that changes", () => {
  test("lets go of a name that leaves it, and of what only that needed", async () => {
    const outs = await create("set", "quintet-data", "quintet-one");
    await lifecycle.update(outs, promise("set", { "quintet-data": "present" }));
    assert.deepEqual(await ours(), ["quintet-data"]);
  });

  test("leaves a name to another set that needs it", async () => {
    const outs = await create("set", "quintet-data", "quintet-lib");
    await create("other", "quintet-one");
    await lifecycle.update(outs, promise("set", { "quintet-data": "present" }));
    assert.deepEqual(await ours(), ["quintet-data", "quintet-lib", "quintet-one"]);
  });

  test("goes to another version, up and down", async () => {
    const { outs } = await lifecycle.create(promise("set", { "quintet-two": "2.0" }));
    const down = await lifecycle.update(outs, promise("set", { "quintet-two": "1.0" }));
    assert.equal(down.outs["quintet-two"], "1.0");
  });
});

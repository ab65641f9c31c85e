import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { CutOff } from "../../providers/errors.ts";
import { iptablesRules } from "../../providers/iptables-rules.ts";
import { type Script, sh } from "../../providers/sh.ts";
import { newMark } from "../../providers/transport/frames.ts";
import { guardSeconds } from "../../providers/transport/guard.ts";
import { writeProgram } from "../../providers/transport/write.ts";
import { place } from "../../testbed/place.ts";
import { kill, start } from "../../testbed/testbed.ts";
import { hostPlace } from "../places.ts";
import { Promised } from "./promised.ts";

// The gateway can fetch packages by itself.
const host = "compute1";
const road = hostPlace(host, place().sshConfig);
const chain = { table: "nat", chain: "test-nat", from: "POSTROUTING" } as const;
const nat = new Promised(iptablesRules, road.hosts, host, chain, {
  "10-lan": "-s 192.168.0.0/24 -o eth9 -j MASQUERADE",
  "20-vms": "-s 10.0.0.0/24 -o eth9 -j MASQUERADE",
});
// Tables without rules come to life when somebody looks at them.
const all = sh`iptables-save | grep -e '^-' -e '^:test'; ls /etc/quintet 2>&1; true`;
const on = (script: Script) => road.run(script);

describe("a chain of rules on a host", () => {
  let bare = "";

  before(async () => {
    await on(sh`command -v iptables >/dev/null ||
  { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends iptables; }`);
    await on(sh`iptables -t nat -S >/dev/null; iptables -S >/dev/null`);
    bare = await on(all);
    await nat.make();
  });
  after(() => road.end());

  const file = "/etc/quintet/iptables/ipv4-nat-test-nat.rules";
  const broken = {
    "a rule that was deleted": [sh`iptables -t nat -D test-nat 1`, ["10-lan"]],
    "a rule that was added": [sh`iptables -t nat -I test-nat -j RETURN`, ["strays"]],
    "a jump that was doubled": [sh`iptables -t nat -I POSTROUTING -j test-nat`, ["jump"]],
    "a table that was flushed": [sh`iptables -t nat -F`, ["10-lan", "20-vms", "jump"]],
    "a unit that was disabled": [sh`systemctl disable quintet-iptables.service`, ["boot"]],
    "a file that was edited": [sh`sed -i s/MASQUERADE/ACCEPT/ ${file}`, ["boot"]],
    "everything that is gone": [
      sh`iptables -t nat -F; iptables -t nat -X test-nat; rm ${file}`,
      ["10-lan", "20-vms", "jump", "boot", "strays", "edit"],
    ],
  } as const;
  for (const [what, [script, keys]] of Object.entries(broken)) {
    test(`${what} is drift of those keys, and is repaired`, async () => {
      await on(script);
      assert.deepEqual(new Set(Object.keys(await nat.drift())), new Set(keys));
      await nat.make();
      assert.deepEqual(await nat.drift(), {});
    });
  }

  test("rules that cut SSH off are taken back by the host itself, for the next boot as well", async () => {
    const before = await on(all);
    const shut = new Promised(
      iptablesRules,
      road.hosts,
      host,
      { table: "filter", chain: "test-shut", from: "INPUT" },
      { "10-all": "-p tcp --dport 22 -j DROP", jump: "first" },
    );
    await assert.rejects(shut.make(), (error) => {
      assert.ok(error instanceof CutOff);
      assert.match(error.message, /has undone the edit by itself and answers again/);
      return true;
    });
    assert.equal(await on(all), before);
    assert.equal(await on(sh`ls /etc/quintet/iptables`), "ipv4-nat-test-nat.rules\nrestore\n");
  });

  test("an edit of a run that was killed before it confirmed is drift, and the next run confirms it", async () => {
    const want = iptablesRules.value.parse({ "10-lan": "-o eth8 -j MASQUERADE" });
    const edits = iptablesRules.converge(chain, want, undefined);
    // What asks waits for all who hold its third descriptor, and the guard would.
    await on(sh`exec 3>&-
${writeProgram(edits, [], newMark())}`);
    const differs = new Set(Object.keys(await nat.drift()));
    assert.deepEqual(differs, new Set(["10-lan", "20-vms", "boot", "edit"]));
    await nat.make();
    assert.deepEqual(await nat.drift(), {});
    await sleep((guardSeconds + 3) * 1000);
    assert.deepEqual(await nat.drift(), {});
  });

  test("a rule that iptables does not know changes nothing, and the error says what it said", async () => {
    const before = await on(all);
    await assert.rejects(nat.make({ "30-bad": "-p tcp --no-such -j ACCEPT" }), /no-such/);
    assert.equal(await on(all), before);
    await nat.make();
  });

  test("it is back after a power loss, once, though the host's own rules are loaded too", async () => {
    await on(sh`printf '%s\n' '*nat' ':test-nat - [0:0]' '-A POSTROUTING -j test-nat' COMMIT >/etc/saved.rules
printf '%s\n' '[Unit]' 'DefaultDependencies=no' 'Before=network-pre.target' '[Service]' 'Type=oneshot' 'RemainAfterExit=yes' \
  'ExecStart=/usr/sbin/iptables-restore /etc/saved.rules' '[Install]' 'WantedBy=multi-user.target' \
  >/etc/systemd/system/netfilter-persistent.service
systemctl enable netfilter-persistent.service; sync`);
    await kill([host]);
    await start([host]);
    // The first use finds out that the old connection is gone.
    await on(sh`:`).catch(() => {});
    await on(sh`systemctl is-active netfilter-persistent.service quintet-iptables.service`);
    assert.deepEqual(await nat.drift(), {});
    await on(sh`systemctl disable netfilter-persistent.service
rm /etc/systemd/system/netfilter-persistent.service /etc/saved.rules; systemctl daemon-reload`);
  });

  test("deleted, everything is as it was found", async () => {
    await nat.remove();
    assert.equal(await on(all), bare);
    assert.equal(await on(sh`systemctl list-units --all --no-legend 'quintet-*'`), "");
  });

  test("the last chain does not go where it alone lets us in, and goes when something else does", async () => {
    const letIn = new Promised(
      iptablesRules,
      road.hosts,
      host,
      { table: "filter", chain: "test-let-in", from: "INPUT" },
      { "10-ssh": "-p tcp --dport 22 -j ACCEPT", jump: "first" },
    );
    await letIn.make();
    // Should the guard fail, others still need the host.
    await on(sh`setsid sh -c 'sleep 90; iptables -P INPUT ACCEPT' </dev/null >/dev/null 2>&1 3>&- &
iptables -P INPUT DROP`);
    await assert.rejects(letIn.remove(), (error) => {
      assert.ok(error instanceof CutOff);
      assert.match(error.message, /has undone the edit by itself and answers again/);
      return true;
    });
    assert.deepEqual(await letIn.drift(), {});
    await on(sh`iptables -P INPUT ACCEPT`);
    await letIn.remove();
    assert.equal(await on(all), bare);
  });
});

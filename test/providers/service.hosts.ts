import assert from "node:assert/strict";
import { resolve } from "node:path";
import { after, afterEach, before, describe, test } from "node:test";
import { ScriptFailed } from "../../providers/errors.ts";
import { HostGround } from "../../providers/host-ground.ts";
import { Lifecycle } from "../../providers/lifecycle.ts";
import { type ServiceValue, service } from "../../providers/service.ts";
import { sh } from "../../providers/sh.ts";
import { hostPlace } from "../places.ts";

const place = hostPlace(
  "compute3",
  resolve(process.env.QUINTET_TESTBED ?? ".testbed", "ssh_config"),
);
const ground = new HostGround(service, place.hosts);
const lifecycle = new Lifecycle(ground, {
  down: new Set(),
  abandoned: new Set(),
});
const folder = "/usr/local/lib/systemd/system";
const conf = "/root/quintet-service.conf";

const value = (wish: Partial<ServiceValue> = {}) =>
  service.value.parse({ enabled: true, active: true, files: [conf], ...wish });
const at = (unit: string) => ({ host: "compute3", key: { unit }, claim: unit, stack: "tests" });
const promise = (unit: string, wish = value()) => ({ ...wish, at: at(unit) });
const look = (unit: string, wish = value()) => ground.see(at(unit), wish);
const pid = (unit: string) => place.run(sh`systemctl show -p MainPID --value ${unit}`);
const unitFile = (unit: string, text: string) =>
  place.run(sh`printf '%s' ${text} >${`${folder}/${unit}`}; systemctl daemon-reload`);
const install = "[Install]\nWantedBy=multi-user.target\n";

before(() => place.run(sh`mkdir -p ${folder}; echo one >${conf}`));
afterEach(() =>
  place.run(sh`cd ${folder}; systemctl disable -q --now -- quintet-* 2>/dev/null
systemctl stop 'quintet-*' 2>/dev/null
rm -rf quintet-* /etc/systemd/system/quintet-* /run/quintet/quintet-* /var/lib/quintet ${conf}
systemctl daemon-reload; systemctl reset-failed; echo one >${conf}`),
);
after(() => place.end());

describe("a daemon on a host", () => {
  const unit = "quintet-daemon.service";
  const daemon = `[Service]\nExecStart=/bin/sleep infinity\nExecReload=/bin/true\n${install}`;
  const started = async (wish = value()) => {
    await unitFile(unit, daemon);
    const { outs } = await lifecycle.create(promise(unit, wish));
    return { outs, pid: await pid(unit) };
  };
  const updated = (outs: Parameters<Lifecycle["update"]>[0], wish = value()) =>
    lifecycle.update(outs, promise(unit, wish));

  test("is restarted by nobody while its config stands", async () => {
    const { outs, pid: first } = await started();
    await updated(outs);
    assert.equal(await pid(unit), first);
  });

  test("whose config was rewritten with the same bytes is current", async () => {
    await started();
    await place.run(sh`echo one >${conf}`);
    assert.equal((await look(unit))?.config, "current");
  });

  test("whose config changed is stale, restarted once, and current", async () => {
    const { outs, pid: first } = await started();
    await place.run(sh`echo two >${conf}`);
    assert.equal((await look(unit))?.config, `older than ${conf}`);
    await updated(outs);
    assert.notEqual(await pid(unit), first);
    assert.equal((await look(unit))?.config, "current");
  });

  test("that can reload takes its config over in the same process", async () => {
    const wish = value({ follow: "reload" });
    const { outs, pid: first } = await started(wish);
    await place.run(sh`echo two >${conf}`);
    await updated(outs, wish);
    assert.equal(await pid(unit), first);
    assert.equal((await look(unit, wish))?.config, "current");
  });

  test("that somebody restarted after the change is current", async () => {
    await started();
    await place.run(sh`echo two >${conf}; systemctl restart ${unit}`);
    assert.equal((await look(unit))?.config, "current");
  });

  test("that somebody restarted before the change is stale", async () => {
    await started();
    await place.run(sh`systemctl restart ${unit}; echo two >${conf}`);
    assert.equal((await look(unit))?.config, `older than ${conf}`);
  });

  test("with a new drop-in is stale, and the drop-in is taken over", async () => {
    const { outs, pid: first } = await started();
    const dropIn = `/etc/systemd/system/${unit}.d/a.conf`;
    await place.run(
      sh`mkdir -p ${`/etc/systemd/system/${unit}.d`}; printf '[Service]\\nNice=5\\n' >${dropIn}`,
    );
    assert.notEqual((await look(unit))?.config, "current");
    await updated(outs);
    assert.notEqual(await pid(unit), first);
    assert.equal((await place.run(sh`systemctl show -p Nice --value ${unit}`)).trim(), "5");
    assert.equal((await look(unit))?.config, "current");
  });

  test("that runs on a list of files now longer is current without a restart", async () => {
    const { outs, pid: first } = await started();
    await updated(outs, value({ files: [conf, "/etc/hosts"] }));
    assert.equal(await pid(unit), first);
  });

  test("that was masked, disabled and stopped by hand comes back", async () => {
    const { outs } = await started();
    await place.run(sh`systemctl -q disable --now ${unit}; systemctl -q mask ${unit}`);
    await updated(outs);
    assert.deepEqual(await look(unit), value());
  });

  test("that hit its start limit is started all the same", async () => {
    const { outs } = await started();
    await place.run(sh`i=0; while [ $i -lt 8 ]; do systemctl restart ${unit}; i=$((i + 1)); done 2>/dev/null
systemctl kill -s KILL ${unit}; sleep 0.3; systemctl is-failed -q ${unit}`);
    await updated(outs);
    assert.equal((await look(unit))?.active, true);
  });
});

describe("a unit that cannot be had", () => {
  test("because no package brought it is an error that says so", async () => {
    await assert.rejects(
      lifecycle.create(promise("quintet-none.service")),
      (error) =>
        error instanceof ScriptFailed && /there is no unit quintet-none/.test(error.message),
    );
  });

  test("because it crashes shows the end of its journal", async () => {
    const unit = "quintet-crash.service";
    await unitFile(
      unit,
      `[Service]\nExecStart=/bin/sh -c 'echo no such option; exit 3'\n${install}`,
    );
    await assert.rejects(lifecycle.create(promise(unit)), /does not stay up.*no such option/s);
  });

  test("because it crashes again and again is no success between two crashes", async () => {
    const unit = "quintet-loop.service";
    const text =
      "[Service]\nExecStart=/bin/sh -c 'sleep 0.2; exit 3'\nRestart=always\nRestartSec=10\n";
    await unitFile(unit, `${text}${install}`);
    await assert.rejects(lifecycle.create(promise(unit)), /does not stay up: it is activating/);
  });

  test("because a condition does not hold says so", async () => {
    const unit = "quintet-condition.service";
    await unitFile(
      unit,
      `[Unit]\nConditionPathExists=/nowhere\n[Service]\nExecStart=/bin/sleep infinity\n${install}`,
    );
    await assert.rejects(lifecycle.create(promise(unit)), /a start condition/);
  });

  test("because it has nothing to enable says what to do", async () => {
    const unit = "quintet-static.service";
    await unitFile(unit, "[Service]\nExecStart=/bin/sleep infinity\n");
    await assert.rejects(lifecycle.create(promise(unit)), /leave `enabled` out/);
  });

  test("can be masked before it comes, and the mask goes at destroy", async () => {
    const unit = "quintet-later.service";
    const masked = service.value.parse({ enabled: "masked", active: false });
    const { outs } = await lifecycle.create(promise(unit, masked));
    assert.equal((await look(unit, masked))?.enabled, "masked");
    await lifecycle.delete(outs);
    assert.equal(await look(unit, masked), undefined);
  });
});

describe("a socket and its service", () => {
  const unit = "quintet-echo";
  const sockets = async () => {
    await unitFile(`${unit}.service`, "[Service]\nExecStart=/bin/sleep infinity\n");
    for (const one of ["", "-second"]) {
      await unitFile(
        `${unit}${one}.socket`,
        `[Socket]\nListenStream=/run/quintet-echo${one}\nService=${unit}.service\n[Install]\nWantedBy=sockets.target\n`,
      );
    }
  };
  const socket = value({ files: [] });

  test("is active while idle behind its socket", async () => {
    await sockets();
    await lifecycle.create(promise(`${unit}.socket`, socket));
    const idle = service.value.parse({ active: true });
    assert.equal((await look(`${unit}.service`, idle))?.active, true);
  });

  test("stops and runs again so that a second socket can start", async () => {
    await sockets();
    await lifecycle.create(promise(`${unit}.socket`, socket));
    await place.run(sh`systemctl start ${`${unit}.service`}`);
    await lifecycle.create(promise(`${unit}-second.socket`, socket));
    const all = [`${unit}.socket`, `${unit}-second.socket`, `${unit}.service`];
    const states = await place.run(sh`systemctl is-active ${all}`);
    assert.equal(states, "active\nactive\nactive\n");
  });
});

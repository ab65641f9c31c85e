import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import type { Awaited } from "../../profiles/debian13/waiting.ts";
import { waitUntil } from "../../profiles/debian13/waiting.ts";
import type { ServiceConfig, Surroundings } from "../../profiles/openstack.ts";
import { selectProfile } from "../../profiles/profile.ts";
import { type Script, sh } from "../../providers/sh.ts";
import { passwordNames } from "../../site/schema.ts";

const { cloud } = selectProfile("debian13-epoxy");
const { control, network, compute, ground } = cloud;
const services = [
  control.keystone,
  control.glance,
  control.placement,
  control.nova,
  control.neutron,
];

const surroundings: Surroundings = {
  controller: "controller",
  address: "192.168.0.3",
  region: "RegionOne",
  workers: 1,
  passwordRounds: 12,
  dashboard: "https://localhost:8443",
  computes: 4,
  acceleration: "none",
  datapath: "userspace",
};
const valuesAt = (configs: readonly ServiceConfig[], path: string, more = {}) =>
  configs.find((config) => config.path === path)?.values({ ...surroundings, ...more }) ?? {};
const shell = (script: Script) => spawnSync("sh", [], { input: script.text, encoding: "utf8" });

describe("the configs of the cloud", () => {
  const onController = [
    ...services.flatMap(({ configs }) => configs),
    ...network.agent.configs,
    ...network.addressing.configs,
  ];
  const onCompute = [network.awayFromServer, ...network.agent.configs, ...compute.configs];

  test("name each file once on a host", () => {
    for (const configs of [onController, onCompute]) {
      const paths = configs.map(({ path }) => path);
      assert.deepEqual(paths, [...new Set(paths)]);
    }
  });

  test("have no secret that a password of the stack does not make", () => {
    for (const { path, secretKeys = {} } of [...onController, ...onCompute]) {
      for (const [key, { of }] of Object.entries(secretKeys)) {
        assert.ok(
          passwordNames.some((name) => name === of),
          `${path} ${key}: ${of}`,
        );
      }
    }
  });

  test("name no key both as a secret and in plain text", () => {
    for (const { values, secretKeys = {} } of [...onController, ...onCompute]) {
      const plain = values(surroundings);
      assert.deepEqual(
        Object.keys(secretKeys).filter((key) => key in plain),
        [],
      );
    }
  });

  test("let databases be known on the controller alone", () => {
    const keys = onCompute.flatMap(({ secretKeys = {} }) => Object.keys(secretKeys));
    assert.deepEqual(
      keys.filter((key) => key.includes("connection")),
      [],
    );
  });
});

describe("a compute host", () => {
  const path = "/etc/nova/nova-compute.conf";

  test("emulates guests where the processor brings nothing for them", () => {
    assert.equal(valuesAt(compute.configs, path)["libvirt/virt_type"], "qemu");
    const intel = { acceleration: "intel" };
    assert.equal(valuesAt(compute.configs, path, intel)["libvirt/virt_type"], "kvm");
  });

  test("encrypts both ways of a migration", () => {
    const values = valuesAt(compute.configs, path);
    assert.equal(values["libvirt/live_migration_scheme"], "tls");
    assert.equal(values["libvirt/live_migration_with_native_tls"], "true");
  });

  test("offers its share of the volume that each of them sees whole", () => {
    const values = valuesAt(compute.configs, "/etc/nova/nova.conf");
    assert.equal(values["DEFAULT/disk_allocation_ratio"], "0.2500");
  });
});

test("the guard keeps services of the cloud from starting, and nothing else", () => {
  const asked = (unit: string) =>
    spawnSync("sh", ["-s", unit, "start"], { input: ground.startGuard.content }).status;
  const units = [...services.flatMap((one) => one.units), ...network.agent.units, ...compute.units];
  for (const unit of units) assert.equal(asked(unit.replace(".service", "")), 101, unit);
  for (const unit of ["openvswitch-switch", "libvirtd", "mariadb"]) assert.equal(asked(unit), 0);
});

describe("waiting", () => {
  const awaited = (more: Partial<Awaited>) =>
    waitUntil({
      name: "both are there",
      seen: sh`echo one; echo 'two words'`,
      wanted: ["one", "two words"],
      units: ["no-such.service"],
      seconds: 1,
      ...more,
    });

  test("holds once every line is there", () => {
    assert.equal(shell(awaited({}).check).status, 0);
    assert.equal(shell(awaited({}).run).status, 0);
  });

  test("may ask MariaDB, which tells it all, or why it does not", () => {
    const { check, asks } = awaited({ seen: "SELECT two FROM words" });
    const told = (rows: string, unseen: string) =>
      shell(sh`rows=${rows} unseen=${unseen}\n${check}`).status;
    assert.equal(asks, "SELECT two FROM words");
    assert.equal(told("two words\none\n", ""), 0);
    assert.equal(told("two words\n", ""), 1);
    assert.equal(told("", "ERROR 2002"), 2);
  });

  test("does not hold while one is missing", () => {
    assert.equal(shell(awaited({ seen: sh`echo two words` }).check).status, 1);
    assert.equal(shell(awaited({ seen: sh`:` }).check).status, 1);
  });

  test("cannot tell when nobody answers", () => {
    assert.equal(shell(awaited({ seen: sh`false` }).check).status, 2);
  });

  test("that takes too long says what is missing", () => {
    const { status, stderr } = shell(awaited({ seen: sh`echo one` }).run);
    assert.equal(status, 1);
    assert.match(stderr, /not within 1 s: both are there.*\ntwo words\nThe last words of no-such/);
  });

  test("helps along between two looks", () => {
    const nudge = sh`there='two words'`;
    const seen = sh`echo one; echo "$there"`;
    assert.equal(shell(awaited({ seen, nudge, seconds: 20 }).run).status, 0);
  });
});

describe("that libvirt tells of guests", () => {
  const folder = mkdtempSync(join(tmpdir(), "quintet-events-"));
  after(() => rmSync(folder, { recursive: true }));
  const warning = (pid: number) =>
    `2026-11-30 04:00:00.123 ${pid} WARNING nova.virt.libvirt.host [-] URI qemu:///system does not support events: no\n`;
  /** Where the kernel and systemd say this of the unit's processes. */
  const status = (log: string, kernel: string | undefined, main: number) => {
    rmSync(join(folder, "procs"), { force: true });
    if (kernel !== undefined) writeFileSync(join(folder, "procs"), kernel);
    writeFileSync(join(folder, "log"), log);
    const check = compute.events.check.text
      .replaceAll(/\/sys\/fs\/\S*/g, join(folder, "procs"))
      .replaceAll("/var/log/nova/nova-compute.log", join(folder, "log"));
    const input = `systemctl() { echo ${main}; }\n${check}`;
    return spawnSync("sh", { input, encoding: "utf8" }).status;
  };

  test("does not hold where one of the unit's processes has warned", () => {
    assert.equal(status(warning(77), "75\n77\n", 0), 1);
    assert.equal(status(`${warning(7)}${warning(777)}`, "75\n77\n", 0), 0);
  });

  test("is asked of systemd where the kernel does not tell, and not known where none runs", () => {
    for (const kernel of [undefined, ""]) {
      assert.equal(status(warning(77), kernel, 77), 1);
      assert.equal(status(warning(77), kernel, 78), 0);
      assert.equal(status("", kernel, 0), 2);
    }
  });
});

describe("the switch's way to the LAN", () => {
  const folder = mkdtempSync(join(tmpdir(), "quintet-switch-"));
  after(() => rmSync(folder, { recursive: true }));
  const { check } = network.switch.bridge("pv1", "userspace");
  const status = (answer: string, list: string) => {
    const text = `#!/bin/sh\ncase $* in *list-br*) ${list} ;; *'get Bridge br-provider datapath_type -- port-to-br pv1') ${answer} ;; *) exit 9 ;; esac\n`;
    writeFileSync(join(folder, "ovs-vsctl"), text, { mode: 0o755 });
    const env = { PATH: `${folder}:${process.env.PATH}` };
    return spawnSync("sh", { input: check.text, env }).status;
  };

  test("holds with the right bridge of the right type, however that is quoted", () => {
    assert.equal(status("echo netdev; echo br-provider", "exit 9"), 0);
    assert.equal(status(`echo '"netdev"'; echo br-provider`, "exit 9"), 0);
  });

  test("does not hold with another, or none", () => {
    assert.equal(status("echo system; echo br-provider", ":"), 1);
    assert.equal(status("echo netdev; echo br-int", ":"), 1);
    assert.equal(status("exit 1", ":"), 1);
  });

  test("is not known where nobody answers", () => {
    assert.equal(status("exit 1", "exit 1"), 2);
  });
});

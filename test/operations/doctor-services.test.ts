import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { services } from "../../operations/doctor/services.ts";
import { database, queue } from "../../operations/doctor/shared.ts";
import { cloudOf, judged } from "./doctor-cloud.ts";

const computes = ["compute1", "compute2", "compute3", "compute4"];
const service = (binary: string, host: string, more = {}) => ({
  ...{ binary, host, state: "up", status: "enabled", updated_at: "2026-11-25T04:00:01.000000" },
  ...more,
});
const agent = (binary: string, host: string, more = {}) => ({
  ...{ binary, host, alive: true, admin_state_up: true },
  heartbeat_timestamp: "2026-11-25 04:00:01",
  ...more,
});

/** What the APIs of a cloud say in which all is well. */
function said() {
  return {
    identity: 0.31,
    services: [
      service("nova-conductor", "controller"),
      service("nova-scheduler", "controller"),
      ...computes.map((host) => service("nova-compute", host)),
    ],
    agents: [
      agent("neutron-dhcp-agent", "controller"),
      agent("neutron-metadata-agent", "controller"),
      ...["controller", ...computes].map((host) => agent("neutron-openvswitch-agent", host)),
    ],
    hypervisors: computes.map((host) => ({
      hypervisor_hostname: host,
      state: "up",
      status: "enabled",
    })),
    providers: computes.map((name) => ({ name })),
    images: [],
    failed: [] as object[],
  };
}

describe("the cloud's services", () => {
  const found = (what: object, silent = {}, cloud = cloudOf([])) =>
    judged(services, { controller: JSON.stringify({ said: what, silent }) }, cloud);

  test("that have all been heard of are counted", () => {
    assert.deepEqual(found(said()), ["fine controller 13 services and agents alive"]);
  });

  test("are not looked for where none are wanted", () => {
    const cloud = cloudOf([], { services: false });
    const [host] = cloud.hosts;
    assert.equal(host && services.script(host, cloud), undefined);
  });

  test("that are silent are bad, once, with the time of the last heartbeat", () => {
    const all = said();
    all.services[3] = service("nova-compute", "compute2", { state: "down" });
    all.hypervisors[1] = { hypervisor_hostname: "compute2", state: "down", status: "enabled" };
    assert.deepEqual(found(all), [
      "bad compute2 nova-compute: has not been heard of since 2026-11-25T04:00:01.000000",
    ]);
  });

  test("on hosts that are declared down are not missed", () => {
    const all = said();
    all.services[3] = service("nova-compute", "compute2", { state: "down" });
    all.hypervisors = all.hypervisors.filter((one) => one.hypervisor_hostname !== "compute2");
    const cloud = cloudOf([], { down: ["compute2"] });
    assert.deepEqual(found(all, {}, cloud), ["fine controller 12 services and agents alive"]);
  });

  test("that somebody disabled are to be looked at", () => {
    const all = said();
    all.services[3] = service("nova-compute", "compute2", { status: "disabled" });
    assert.deepEqual(found(all), [
      "look compute2 nova-compute: is alive, and was disabled by somebody",
    ]);
  });

  test("and agents that are dead are bad", () => {
    const all = said();
    all.agents[0] = agent("neutron-dhcp-agent", "controller", { alive: false });
    assert.match(found(all).join("\n"), /^bad controller neutron-dhcp-agent: has not been heard/);
  });

  test("that never came are bad", () => {
    const all = said();
    all.agents.pop();
    assert.deepEqual(found(all), [
      "bad compute4 neutron-openvswitch-agent: the cloud has never heard of it",
    ]);
  });

  test("that do not know a hypervisor are bad", () => {
    const all = said();
    all.hypervisors.pop();
    all.providers.shift();
    assert.deepEqual(found(all), [
      "bad compute1 hypervisor: Placement does not know it",
      "bad compute4 hypervisor: Nova does not know it",
    ]);
  });

  test("that hold a hypervisor to be down are heard", () => {
    const all = said();
    all.hypervisors[1] = { hypervisor_hostname: "compute2", state: "down", status: "enabled" };
    assert.deepEqual(found(all), ["bad compute2 hypervisor: Nova holds it to be down"]);
  });

  test("that have instances in ERROR are to be looked at", () => {
    const failed = [{ id: "4711", name: "web", "OS-EXT-SRV-ATTR:host": null }];
    assert.deepEqual(found({ ...said(), failed }), [
      "look controller instance web: is in ERROR (4711)",
    ]);
  });

  test("of which one API is silent are judged by the others", () => {
    const { agents: _, ...others } = said();
    assert.deepEqual(found(others, { network: "HTTP 503" }), [
      "bad controller API network: does not answer: HTTP 503",
    ]);
  });

  test("without Keystone are not guessed at", () => {
    assert.deepEqual(found({}, { identity: "Connection refused" }), [
      "bad controller API identity: does not answer: Connection refused; the other APIs were not asked",
    ]);
  });
});

describe("the queue", () => {
  const found = (answer: object) => {
    const digits = Buffer.from(JSON.stringify(answer)).toString("hex").toUpperCase();
    return judged(queue, { controller: `{ok, "${digits}"}\n` });
  };
  const well = { alarms: [], partitions: [], waiting: [], queues: 42 };

  test("that moves is well", () => {
    assert.deepEqual(found(well), ["fine controller 42 queues"]);
  });

  test("in which nobody may send is bad", () => {
    const alarms = ["{resource_limit,disk,rabbit@controller}"];
    assert.deepEqual(found({ ...well, alarms }), [
      "bad controller queue: alarm, nobody may send: {resource_limit,disk,rabbit@controller}",
    ]);
  });

  test("that is partitioned is bad", () => {
    assert.deepEqual(found({ ...well, partitions: ["rabbit@other"] }), [
      "bad controller queue: partitioned: rabbit@other",
    ]);
  });

  test("from which nobody takes is to be looked at", () => {
    const waiting = [{ name: "compute.compute2", messages: 7 }];
    assert.deepEqual(found({ ...well, waiting }), [
      "look controller queue compute.compute2: 7 messages, and nobody takes them",
    ]);
  });

  test("that does not answer is bad", () => {
    assert.deepEqual(judged(queue, { controller: "erl_call: failed to connect to node" }), [
      "bad controller queue: RabbitMQ does not answer: erl_call: failed to connect to node",
    ]);
  });
});

describe("the database", () => {
  for (const [how, stdout, found] of [
    ["that answers is well", "seen\n31\t1024\n", "fine controller database answers"],
    [
      "with few connections left is to be looked at",
      "seen\n1000\t1024\n",
      "look controller database: 1000 of 1024 connections are taken",
    ],
    [
      "that is away is bad",
      "unseen\nERROR 2002 (HY000): Can't connect to local server\n",
      "bad controller database: MariaDB does not answer: ERROR 2002 (HY000): Can't connect to local server",
    ],
  ] as const) {
    test(how, () => assert.deepEqual(judged(database, { controller: stdout }), [found]));
  }
});

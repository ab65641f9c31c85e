import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { BadConfig } from "../../site/problems.ts";
import { parseSite } from "../../site/site.ts";
import { siteOfStack } from "../../site/stack-site.ts";
import { sample, texts } from "./sample.ts";

const none: ReadonlySet<string> = new Set();
const site = (more: Record<string, unknown> = {}, secrets = none) =>
  parseSite(texts({ ...sample(), ...more }), secrets);

describe("a site", () => {
  test("has each host by its role", () => {
    const { controller, gateway, computes } = site();
    assert.equal(controller.name, "controller");
    assert.deepEqual(gateway, {
      name: "compute1",
      aliases: ["gateway"],
      address: "192.168.0.1",
      roles: ["compute", "gateway"],
      lanInterface: "eth1",
      publicInterface: "eth0",
      publicAddress: "203.0.113.2",
    });
    assert.deepEqual(
      computes.map(({ name }) => name),
      ["compute1", "compute2", "compute3", "compute4"],
    );
  });

  test("has a line of the hosts file for each address, aliases included", () => {
    assert.deepEqual(site().hostsLines, {
      "192.168.0.5": "192.168.0.5 controller",
      "192.168.0.1": "192.168.0.1 compute1 gateway",
      "192.168.0.2": "192.168.0.2 compute2",
      "192.168.0.3": "192.168.0.3 compute3",
      "192.168.0.4": "192.168.0.4 compute4",
    });
  });

  test("has a brick on each compute host, in the order of the config", () => {
    const { storage } = site();
    assert.equal(storage.replica, 4);
    assert.deepEqual(
      storage.bricks.map((brick) => brick.name),
      [1, 2, 3, 4].map((number) => `compute${number}:/export/brick/instances`),
    );
    assert.deepEqual(storage.brickFolders, ["/export", "/export/brick", "/export/brick/instances"]);
  });

  test("has bricks on the hosts that are listed for it, and mounts the volume on all", () => {
    const { storage } = site({ gluster: { hosts: ["compute4", "compute2"] } });
    assert.deepEqual(
      storage.bricks.map(({ host }) => host),
      ["compute4", "compute2"],
    );
    assert.equal(storage.replica, 2);
    assert.equal(storage.clients.length, 5);
    assert.throws(
      () => site({ gluster: { hosts: ["compute9", "compute2", "compute2"] } }),
      (error) => {
        const said = String(error);
        return (
          /gluster\.hosts\[0\]: found compute9/.test(said) &&
          /gluster\.hosts\[2\]: found compute2 for the second time/.test(said)
        );
      },
    );
  });

  test("does not call a folder that every system has one of the brick's", () => {
    const { storage } = site({ gluster: { brick: "/srv/bricks/instances", replica: 2 } });
    assert.equal(storage.replica, 2);
    assert.deepEqual(storage.brickFolders, ["/srv/bricks", "/srv/bricks/instances"]);
  });

  test("protects data and has the rest of its defaults when nothing is said", () => {
    const { protectData, services, profile, acceleration, datapath, time, networks, ...rest } =
      site();
    const { workers, passwordRounds, rotation } = rest;
    assert.deepEqual(
      { protectData, services, profile, acceleration, datapath, time, workers, passwordRounds },
      {
        protectData: true,
        services: false,
        profile: "debian13-epoxy",
        acceleration: "intel",
        datapath: "kernel",
        time: { servers: [], steersClock: true },
        workers: 2,
        passwordRounds: 12,
      },
    );
    assert.equal(networks.vms, "10.0.0.0/24");
    assert.ok(Object.values(rotation).every((count) => count === 0));
  });

  test("lets guests leave their network by its first address", () => {
    assert.equal(site().networks.vmsGateway, "10.0.0.1");
    const networks = { lan: "192.168.0.0/24", vms: "172.16.8.0/22" };
    assert.equal(site({ networks }).networks.vmsGateway, "172.16.8.1");
  });

  test("counts an abandoned host as down", () => {
    const { down, abandoned } = site({ down: ["compute2"], abandoned: ["compute3"] });
    assert.deepEqual([[...down], [...abandoned]], [["compute2", "compute3"], ["compute3"]]);
  });

  test("still knows that a host is gone for good when it has left the others", () => {
    const { hosts, down, abandoned } = site({ abandoned: ["compute7"] });
    assert.equal(hosts.length, 5);
    assert.deepEqual([[...down], [...abandoned]], [["compute7"], ["compute7"]]);
  });

  test("takes flags and numbers as the CLI hands them over, as text", () => {
    assert.equal(site({ protectData: "false" }).protectData, false);
  });

  test("shows a password of one's own to nobody who does not ask for it", () => {
    const own = site({ passwords: { nova: "open-sesame-1234" } }, new Set(["quintet:passwords"]));
    assert.doesNotMatch(JSON.stringify(own), /sesame/);
    assert.equal(own.ownPasswords.nova?.reveal(), "open-sesame-1234");
    assert.deepEqual(Object.keys(own.ownPasswords), ["nova"]);
  });
});

const aSite = fc
  .record({
    computes: fc.integer({ min: 1, max: 12 }),
    gateway: fc.nat(11),
    controller: fc.nat(12),
    replica: fc.option(fc.integer({ min: 2, max: 6 }), { nil: undefined, freq: 2 }),
    addresses: fc.array(fc.integer({ min: 0, max: 256 }), { minLength: 13, maxLength: 13 }),
    vms: fc.constantFrom("10.0.0.0/24", "172.16.0.0/12", "10.8.0.0/16", "192.168.0.128/25"),
  })
  .map(({ computes, gateway, controller, replica, addresses, vms }) => ({
    networks: { lan: "192.168.0.0/24", vms },
    ...(replica !== undefined && { gluster: { replica } }),
    hosts: Array.from({ length: computes + 1 }, (_, index) => {
      const isGateway = index === gateway % (computes + 1);
      const last = addresses[index] ?? 0;
      return {
        name: `host${index}`,
        address: `192.168.${last >> 8}.${last & 255}`,
        lanInterface: "eth1",
        roles: [
          ...(index < computes ? ["compute"] : []),
          ...(isGateway ? ["gateway"] : []),
          ...(index === controller % (computes + 1) ? ["controller"] : []),
        ],
        ...(isGateway && { publicInterface: "eth0" }),
      };
    }),
  }));

test("whatever is accepted holds together; whatever is refused is refused in words", () => {
  let accepted = 0;
  fc.assert(
    fc.property(aSite, (config) => {
      let made: ReturnType<typeof parseSite>;
      try {
        made = parseSite(texts(config), none);
      } catch (error) {
        assert.ok(error instanceof BadConfig);
        assert.ok(error.problems.length > 0);
        return;
      }
      accepted += 1;
      const { hosts, storage, hostsLines, gateway, controller, computes } = made;
      assert.equal(new Set(hosts.map(({ address }) => address)).size, hosts.length);
      assert.ok(hosts.every(({ address }) => /^192\.168\.0\.([1-9]\d{0,2})$/.test(address)));
      assert.equal(Object.keys(hostsLines).length, hosts.length);
      assert.equal(storage.bricks.length, computes.length);
      assert.equal(storage.bricks.length % storage.replica, 0);
      assert.ok(storage.replica >= 2);
      assert.deepEqual(
        [storage.origin.name, ...storage.peers].sort(),
        hosts.map(({ name }) => name).sort(),
      );
      assert.ok(gateway.roles.includes("gateway") && controller.roles.includes("controller"));
      assert.notEqual(gateway.publicInterface, gateway.lanInterface);
      assert.doesNotMatch(made.networks.vms, /^192\.168\./);
    }),
    { numRuns: 1000 },
  );
  assert.ok(accepted > 20, `only ${accepted} of 1000 were accepted: the test tries too little`);
});

describe("the testbed's own config", () => {
  const testbed = siteOfStack("testbed");

  test("is good, and describes the five hosts", () => {
    assert.deepEqual(Object.values(testbed.hostsLines).sort(), [
      "192.168.0.1 compute1 gateway",
      "192.168.0.2 compute2",
      "192.168.0.3 compute3",
      "192.168.0.4 compute4",
      "192.168.0.5 controller",
    ]);
    assert.equal(testbed.gateway.publicAddress, "203.0.113.2");
    assert.equal(testbed.protectData, false);
  });

  test("holds no password", () => assert.deepEqual(testbed.ownPasswords, {}));
});

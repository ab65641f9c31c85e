import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { interfacesFile } from "../../testbed/disk.ts";
import {
  fiveHosts,
  hostNamed,
  lightHosts,
  mostLightHosts,
  spareHosts,
} from "../../testbed/hosts.ts";
import { hostsFile, plugging } from "../../testbed/network.ts";
import { place } from "../../testbed/place.ts";

describe("the hosts", () => {
  test("the five have the addresses of the issue", () => {
    const addresses = Object.fromEntries(fiveHosts.map((host) => [host.name, host.address]));
    assert.deepEqual(addresses, {
      controller: "192.168.0.5",
      compute1: "192.168.0.1",
      compute2: "192.168.0.2",
      compute3: "192.168.0.3",
      compute4: "192.168.0.4",
    });
  });

  test("all together have no address, no mac and no cable twice", () => {
    const all = [...fiveHosts, ...spareHosts, ...lightHosts(mostLightHosts)];
    const interfaces = all.flatMap((host) => host.interfaces);
    const cables = all.flatMap((host) => plugging(place({}), host).out.trim().split("\n"));
    for (const one of [interfaces.map((i) => i.address), interfaces.map((i) => i.mac), cables]) {
      assert.equal(new Set(one).size, interfaces.length);
    }
    assert.ok(!interfaces.some((one) => one.address === "192.168.0.254"), "the operator's");
  });

  test("a cable's name fits the kernel's 15 characters", () => {
    for (const host of [...fiveHosts, ...lightHosts(mostLightHosts)]) {
      for (const line of plugging(place({}), host).out.trim().split("\n")) {
        const name = line.split(" ").at(-1) ?? "";
        assert.ok(name.length <= 15, name);
      }
    }
  });

  test("gateway is compute1", () => {
    assert.equal(hostNamed("gateway").name, "compute1");
    assert.match(hostsFile(fiveHosts), /^192\.168\.0\.1 compute1 gateway$/m);
  });

  for (const name of ["", "compute10", "light0", "light151", "light01", "Compute1"]) {
    test(`there is no host "${name}"`, () => {
      assert.throws(() => hostNamed(name), /there is no host.*controller, compute1/);
    });
  }

  for (const count of [0, -1, 1.5, 151, Number.NaN]) {
    test(`${count} light hosts are refused with the number that fits`, () => {
      assert.throws(() => lightHosts(count), /from 1 to 150/);
    });
  }

  test("only the gateway routes to the outside, the others route to it", () => {
    const gatewayLines = (name: string) =>
      interfacesFile(hostNamed(name))
        .split("\n")
        .filter((line) => /gateway|iface eth/.test(line));
    assert.deepEqual(gatewayLines("compute1"), [
      "iface eth1 inet static",
      "iface eth0 inet static",
      "  gateway 203.0.113.1",
    ]);
    assert.deepEqual(gatewayLines("controller"), [
      "iface eth0 inet static",
      "  gateway 192.168.0.1",
    ]);
  });
});

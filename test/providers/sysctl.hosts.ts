import assert from "node:assert/strict";
import { resolve } from "node:path";
import { after, afterEach, describe, test } from "node:test";
import { HostGround } from "../../providers/host-ground.ts";
import { Lifecycle } from "../../providers/lifecycle.ts";
import { sh } from "../../providers/sh.ts";
import { sysctl } from "../../providers/sysctl.ts";
import { hostPlace } from "../places.ts";

const host = "compute3";
const place = hostPlace(host, resolve(process.env.QUINTET_TESTBED ?? ".testbed", "ssh_config"));
const lifecycle = new Lifecycle(new HostGround(sysctl, place.hosts), {
  down: new Set(),
  abandoned: new Set(),
});
const live = "/proc/sys/net/ipv4/ip_local_port_range";
const later = "/etc/sysctl.d/99-zz-admin.conf";
const promise = (name: string, wish: string) => ({
  runtime: wish,
  boot: wish,
  at: { host, key: { name }, claim: "ports", stack: "tests" },
});
const ports = promise("net.ipv4.ip_local_port_range", "20000 50000");

describe("a kernel setting on a host", () => {
  afterEach(() =>
    place.run(
      sh`rm -rf ${later} /etc/sysctl.d/99-quintet-* /var/lib/quintet; echo 32768 60999 >${live}`,
    ),
  );
  after(() => place.end());

  test("is what sysctl --system sets as well", async () => {
    await lifecycle.create(ports);
    await place.run(sh`echo 1024 2048 >${live}; sysctl -q --system`);
    assert.equal((await place.run(sh`cat ${live}`)).trim(), "20000\t50000");
  });

  test("is an error where a file that is read later says otherwise, and names it", async () => {
    await place.run(sh`echo net.ipv4.ip_local_port_range=1 2 >${later}`);
    await assert.rejects(lifecycle.create(ports), /99-zz-admin\.conf sets .* is read after/);
  });

  test("of a module that is not loaded is an error that says so", async () => {
    await assert.rejects(
      lifecycle.create(promise("net.nowhere.at_all", "1")),
      /the kernel has no setting net\.nowhere\.at_all/,
    );
  });

  test("that the kernel refuses is an error", async () => {
    const wrong = promise("net.ipv4.ip_local_port_range", "9 1");
    await assert.rejects(lifecycle.create(wrong), /Invalid argument|I\/O error/);
  });
});

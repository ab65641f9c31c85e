import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { place } from "../../testbed/place.ts";
import {
  drift,
  expectStatus,
  hosts,
  onEveryHost,
  onHost,
  run,
  tryOnHost,
  up,
  upChangesNothing,
} from "./cloud.ts";
import { pictureBefore } from "./picture.ts";
import { volumePath } from "./volume.ts";

describe("bare hosts", () => {
  before(pictureBefore);

  test("converge in one up", async () => {
    expectStatus(await up(), 0);
  });

  test("reach the internet through the gateway, which lends its address", async () => {
    // apt's own downloader is the one that every bare host has.
    const seen = await onEveryHost(
      `cd "$(mktemp -d)" && /usr/lib/apt/apt-helper -q download-file http://203.0.113.1/ip ip >&2 && cat ip; rm -r "$PWD"`,
    );
    for (const host of hosts) assert.equal(seen.get(host)?.trim(), "203.0.113.2", host);
  });

  test("are not reached from the internet through the gateway", async () => {
    const internet = ["ip", "netns", "exec", place().internetNamespace];
    const route = ["ip", "route", "replace", "192.168.0.0/24", "via", "203.0.113.2"];
    expectStatus(await run([...internet, ...route]), 0);
    try {
      const knock = (address: string) => run([...internet, "nc", "-z", "-w", "2", address, "22"]);
      expectStatus(await knock("203.0.113.2"), 0);
      for (const address of ["192.168.0.5", "192.168.0.3"]) {
        assert.notEqual((await knock(address)).status, 0, address);
      }
    } finally {
      await run([...internet, "ip", "route", "del", "192.168.0.0/24"]);
    }
  });

  test("read on four mounts what was written on one", async () => {
    const file = `${volumePath}/written-on-compute2`;
    await onHost("compute2", `echo 'from compute2' >${file}`);
    try {
      const read = await onEveryHost(`cat ${file}`);
      for (const host of hosts) assert.equal(read.get(host)?.trim(), "from compute2", host);
    } finally {
      await onHost("compute2", `rm -f ${file}`);
    }
  });

  test("let virsh in with the host's certificate, and refuse it without", async () => {
    const list = (more: string) => `virsh -c 'qemu+tls://compute3/system${more}' list --all 2>&1`;
    assert.match(await onHost("compute2", list("")), /Id +Name/);

    const bare = await tryOnHost(
      "compute2",
      `folder=$(mktemp -d); cp /etc/pki/CA/cacert.pem $folder; ${list("?pkipath='$folder'")}; status=$?; rm -r $folder; exit $status`,
    );
    assert.notEqual(bare.status, 0, bare.stdout);
    const open = await tryOnHost("compute2", "virsh -c qemu+tcp://compute3/system list 2>&1");
    assert.notEqual(open.status, 0, open.stdout);
  });

  test("a second up has nothing to do and restarts nothing", async () => {
    await upChangesNothing();
    expectStatus(await drift(), 0);
  });
});

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { inLoadOrder } from "../../testbed/guest-modules.ts";

// As depmod wrote it for a cloud kernel of Debian 13.
const recorded = `kernel/fs/fat/fat.ko.xz:
kernel/fs/fat/vfat.ko.xz: kernel/fs/fat/fat.ko.xz
kernel/drivers/char/hw_random/virtio-rng.ko.xz:
kernel/net/core/failover.ko.xz:
kernel/drivers/net/net_failover.ko.xz: kernel/net/core/failover.ko.xz
kernel/drivers/net/virtio_net.ko.xz: kernel/drivers/net/net_failover.ko.xz kernel/net/core/failover.ko.xz
`;

describe("the modules of a guest's kernel", () => {
  test("come after those that they need", () => {
    assert.deepEqual(inLoadOrder(recorded, ["virtio_net"]), [
      "kernel/net/core/failover.ko.xz",
      "kernel/drivers/net/net_failover.ko.xz",
      "kernel/drivers/net/virtio_net.ko.xz",
    ]);
  });

  test("come once, also when two need one", () => {
    assert.deepEqual(inLoadOrder(recorded, ["net_failover", "virtio_net", "net_failover"]), [
      "kernel/net/core/failover.ko.xz",
      "kernel/drivers/net/net_failover.ko.xz",
      "kernel/drivers/net/virtio_net.ko.xz",
    ]);
  });

  test("have dashes in their files' names where the kernel says underscores", () => {
    assert.deepEqual(inLoadOrder(recorded, ["virtio_rng"]), [
      "kernel/drivers/char/hw_random/virtio-rng.ko.xz",
    ]);
  });

  test("that the kernel does not have are missed by name", () => {
    assert.throws(() => inLoadOrder(recorded, ["virtio_nett"]), /no module virtio_nett/);
  });
});

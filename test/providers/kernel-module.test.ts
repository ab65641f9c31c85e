import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { kernelModule } from "../../providers/kernel-module.ts";

const key = { name: "br_netfilter" };
const both = { loaded: true, boot: true };
const neither = { loaded: false, boot: false };

describe("a kernel module", () => {
  test("is loaded and asked for at boot, when both are said", () => {
    assert.deepEqual(kernelModule.parse("loaded\nboot\n"), both);
  });

  test("is neither when nothing is said", () => {
    assert.deepEqual(kernelModule.parse(""), neither);
  });

  test("that is not loaded is loaded, and its file written", () => {
    const whys = kernelModule.converge(key, both, neither).map((change) => change.why);
    assert.deepEqual(whys, [
      "load the kernel module br_netfilter at boot",
      "load the kernel module br_netfilter",
    ]);
  });

  test("that was loaded before we came is not unloaded at destroy", () => {
    const back = kernelModule.putBack(key, "", { loaded: true, boot: false }, both);
    assert.deepEqual(
      back.map((change) => change.why),
      ["remove /etc/modules-load.d/quintet-br_netfilter.conf"],
    );
  });

  test("that we loaded is unloaded at destroy, unless something uses it", () => {
    const [, unload] = kernelModule.putBack(key, "", neither, both);
    assert.match(unload?.script.text ?? "", /^modprobe -r br_netfilter .*\|\| true$/);
  });

  test("is named with underscores", () => {
    assert.equal(kernelModule.key.safeParse({ name: "br-netfilter" }).success, false);
  });
});

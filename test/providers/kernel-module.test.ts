import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, test } from "node:test";
import { kernelModule } from "../../providers/kernel-module.ts";
import { framedTogether, newMark, unframe } from "../../providers/transport/frames.ts";

const key = { name: "br_netfilter" };
const both = { loaded: true, boot: true };
const neither = { loaded: false, boot: false };

describe("a kernel module", () => {
  test("is loaded and asked for at boot, when both are said", () => {
    assert.deepEqual(kernelModule.parse("loaded\nfuse\n  br-netfilter \nend\n", key), both);
  });

  test("is neither when nothing is said", () => {
    assert.deepEqual(kernelModule.parse("not loaded\nend\n", key), neither);
  });

  test("that another one is, or that is only like it, does not count", () => {
    const others = "not loaded\nbr_netfilter2\nfuse\nkernel/fs/fuse/fuse.ko\nend\n";
    assert.deepEqual(kernelModule.parse(others, key), neither);
  });

  test("that is built in is loaded, by whichever name its file has", () => {
    const said = "not loaded\nkernel/net/bridge/br-netfilter.ko\nend\n";
    assert.deepEqual(kernelModule.parse(said, key), { loaded: true, boot: false });
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

test("a look at the modules of a host tells each whether it is loaded and asked for", () => {
  const folder = mkdtempSync(join(tmpdir(), "quintet-modules-"));
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  };
  write("/sys/module/fuse/parameters/one", "1\n");
  write(
    "/lib/modules/any/modules.builtin",
    "kernel/net/bridge/br-netfilter.ko\nkernel/a/tun2.ko\n",
  );
  write("/etc/modules-load.d/a.conf", "# tun\n\tbr-netfilter \n");
  write("/etc/modules", "tun\n");
  const names = ["fuse", "br_netfilter", "tun", "vhost_net"];
  const mark = newMark();
  const questions = names.map((name) => ({
    text: kernelModule.probe({ name }).text,
    seconds: 5,
    shared: { text: kernelModule.shared.look.text, word: kernelModule.shared.word({ name }) },
  }));
  const input = framedTogether(questions, mark).text.replace(
    /(?<!\w)\/(?=(?:sys|etc|run|usr\/(?:local\/)?lib|lib)\/mod)/g,
    `${folder}/`,
  );
  const told = spawnSync("sh", { input: `uname() { echo any; }\n${input}`, encoding: "utf8" });
  rmSync(folder, { recursive: true });
  const seen = unframe(told.stdout, mark).map(({ stdout }, at) =>
    kernelModule.parse(stdout, { name: names[at] ?? "" }),
  );
  assert.deepEqual(seen, [
    { loaded: true, boot: false },
    { loaded: true, boot: true },
    { loaded: false, boot: true },
    { loaded: false, boot: false },
  ]);
});

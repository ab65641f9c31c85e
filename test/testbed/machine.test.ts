import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, test } from "node:test";
import { sparingBridges } from "../../testbed/machine.ts";

describe("the firewall of the machine's own bridges", () => {
  const file = "bridge-nf-call-iptables";
  let scratch = "";
  let settings = "";
  const loaded = async () => {
    mkdirSync(settings);
    writeFileSync(join(settings, file), "1\n");
    writeFileSync(join(settings, "bridge-nf-pass-vlan-input-dev"), "0\n");
  };

  beforeEach(() => {
    scratch = mkdtempSync(join(tmpdir(), "quintet-bridge-"));
    settings = join(scratch, "bridge");
  });
  afterEach(() => rmSync(scratch, { recursive: true, force: true }));

  test("stays out of their traffic when it is the testbed that loads its module", async () => {
    await sparingBridges(loaded, settings);
    assert.equal(readFileSync(join(settings, file), "utf8"), "0\n");
  });

  test("is as the machine has it where the module was there", async () => {
    await loaded();
    await sparingBridges(async () => {}, settings);
    assert.equal(readFileSync(join(settings, file), "utf8"), "1\n");
  });

  test("is no concern where the kernel has no such module", async () => {
    await sparingBridges(async () => {}, settings);
  });
});

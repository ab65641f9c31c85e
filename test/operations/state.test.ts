import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { CommandFailed } from "../../operations/run.ts";
import { countPromises, dashboardOf, outputOf } from "../../operations/state.ts";

describe("what stands", () => {
  test("is counted by host and kind, without what is on no host", () => {
    const promise = (host: string, kind: string) => ({
      type: `pulumi-nodejs:dynamic/host:${kind}`,
      inputs: { at: { host } },
    });
    assert.deepEqual(
      countPromises([
        promise("compute2", "Mount"),
        promise("compute1", "IniFile"),
        promise("compute1", "File"),
        promise("compute1", "IniFile"),
        { type: "pulumi-nodejs:dynamic/stack:Password" },
        { type: "pulumi:pulumi:Stack", inputs: {} },
      ]),
      [
        ["compute1", "3 promises: 1 File, 2 IniFile"],
        ["compute2", "1 promise: 1 Mount"],
      ],
    );
  });
});

describe("the dashboard's address", () => {
  test("is an output of the stack", () => {
    const stack = { type: "pulumi:pulumi:Stack", outputs: { dashboard: "https://203.0.113.2" } };
    assert.equal(dashboardOf([stack]), "https://203.0.113.2");
  });

  test("is not there without services", () => {
    assert.equal(dashboardOf([{ type: "pulumi:pulumi:Stack", outputs: {} }]), undefined);
    assert.equal(dashboardOf([]), undefined);
  });
});

describe("an output of a stack", () => {
  const folder = mkdtempSync(join(tmpdir(), "quintet-state-"));
  after(() => rmSync(folder, { recursive: true }));
  /** A program in place of the CLI. */
  const instead = (script: string) => {
    const path = join(folder, "pulumi");
    writeFileSync(path, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    return path;
  };

  test("is the text of that name, and nothing where there is none", () => {
    const pulumi = instead(`echo '{"clouds": "text", "other": 1}'`);
    assert.equal(outputOf("home", "clouds", pulumi), "text");
    assert.equal(outputOf("home", "dashboard", pulumi), undefined);
  });

  test("that cannot be read is an error with command, status and what was said", () => {
    const pulumi = instead("echo 'error: no stack named home found' >&2; exit 255");
    assert.throws(
      () => outputOf("home", "clouds", pulumi),
      (error) =>
        error instanceof CommandFailed &&
        /^pulumi stack output .*--stack home\n.* 255, .*\n +error: no stack named home found\n {2}Next:/.test(
          error.message,
        ),
    );
  });

  test("of a program that is not there is an error, too", () => {
    assert.throws(() => outputOf("home", "clouds", join(folder, "no-such")), /ENOENT/);
  });
});

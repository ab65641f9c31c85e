import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { readPreview } from "../../operations/drift/preview.ts";
import { asMarkdown, asTable, exitStatus } from "../../operations/drift/report.ts";

/** What the CLI printed for a project of two promises, on hosts that were changed by hand. */
function recorded(name: string): string {
  return readFileSync(join(import.meta.dirname, "recorded", `preview-${name}.json`), "utf8");
}

function update(found: object, wanted: object): string {
  const type = "pulumi-nodejs:dynamic/host:File";
  const at = { host: "compute1", key: { path: "/etc/motd" }, claim: "motd", stack: "testbed" };
  return JSON.stringify({
    steps: [
      {
        op: "update",
        urn: `urn:pulumi:testbed::quintet::${type}::motd`,
        oldState: { type, custom: true, inputs: { at, ...found } },
        newState: { type, custom: true, inputs: { at, ...wanted } },
      },
    ],
  });
}

describe("a drift report", () => {
  test("names each key that differs, and no other, with what was found and what is wanted", () => {
    const { differences } = readPreview(recorded("drifted"));
    const rows = differences.map((one) => `${one.host} ${one.key} ${one.found} > ${one.wanted}`);
    assert.deepEqual(rows.sort(), [
      "compute2 DEFAULT/my_ip 9.9.9.9 > 192.168.0.2",
      "compute2 database/connection differs > in place",
      "compute2 debug absent > true",
      'compute3 list ["a","x"] > ["a","b"]',
      "compute4  not promised yet > promised",
    ]);
  });

  test("exits 7 when hosts have drifted", () => {
    assert.equal(exitStatus(readPreview(recorded("drifted"))), 7);
  });

  test("exits 0 when nothing differs", () => {
    assert.equal(exitStatus(readPreview(recorded("in-sync"))), 0);
  });

  test("exits 1 when a host cannot be reached, whatever the others show", () => {
    assert.equal(exitStatus(readPreview(recorded("unreachable"))), 1);
  });

  test("names the host that could not be reached, once", () => {
    assert.deepEqual(readPreview(recorded("unreachable")).obstacles, [
      "compute3-nova: compute3 cannot be reached: no route",
    ]);
  });

  test("calls nothing drift when a host could not be reached", () => {
    assert.doesNotMatch(asTable(readPreview(recorded("unreachable"))), /Drifted/);
  });

  test("says why a promise could not be looked at", () => {
    const report = readPreview(update({ unseen: "the Keystone API refuses connections" }, {}));
    assert.match(asTable(report), /could not be looked at: the Keystone API refuses connections/);
  });

  test("shows the first line that differs of a long text", () => {
    const report = readPreview(update({ content: "a\nb\nx\n" }, { content: "a\nb\nc\n" }));
    assert.match(asTable(report), /line 3: x +line 3: c/);
  });

  test("says so when a promise is only looked at again", () => {
    const report = readPreview(
      update({ after: ["1"], mode: "0644" }, { after: ["2"], mode: "0644" }),
    );
    assert.match(asTable(report), /what it follows changes +looked at again/);
  });

  test("keeps a secret input out, even where a preview should show it", () => {
    const report = readPreview(
      update({ secrets: "hunter1" }, { secrets: "hunter2", mode: "0600" }),
    );
    assert.doesNotMatch(asTable(report) + asMarkdown(report), /hunter/);
  });

  test("lets no text from a host break the markdown table or move the cursor", () => {
    const report = readPreview(update({ content: "a|b\u001b[2J" }, { content: "<img>" }));
    const markdown = asMarkdown(report);
    assert.match(markdown, /a\\\|b\ufffd\\\[2J \| &lt;img>/);
    assert.equal(asTable(report).includes("\u001b"), false);
  });
});

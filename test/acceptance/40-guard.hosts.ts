import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { drift, expectStatus, onHost, up } from "./cloud.ts";
import { converged } from "./picture.ts";
import { inVariant } from "./variant.ts";

describe("an edit that would cut SSH off", () => {
  before(converged);

  test("is undone by the host itself, and up fails with the reason", async () => {
    const failed = await inVariant(withRule("-p tcp --dport 22 -j DROP"), (folder) =>
      up({ folder }),
    );
    assert.notEqual(failed.status, 0);
    const said = failed.stdout + failed.stderr;
    assert.match(said, /compute1: this edit cut us off/);
    assert.match(said, /The host has undone the edit by itself and answers again/);
    assert.match(said, /Next: let SSH in/);

    const rules = await onHost("compute1", "iptables-save");
    assert.doesNotMatch(rules, /quintet-cut-off/);
    // The gateway's own chains stand in the same tables.
    assert.match(rules, /quintet-masquerade/);
    assert.match(rules, /quintet-forward/);
  });

  test("once mended is applied like any other, and goes without a trace", async () => {
    const mended = withRule("-p tcp --dport 2222 -j DROP");
    await inVariant(mended, async (folder) => {
      expectStatus(await up({ folder }), 0);
      assert.match(await onHost("compute1", "iptables-save"), /quintet-cut-off.*--dport 2222/);
    });
    expectStatus(await up(), 0);
    assert.doesNotMatch(await onHost("compute1", "iptables-save"), /quintet-cut-off/);
    expectStatus(await drift(), 0);
  });
});

/** The project with one more chain on the gateway. */
function withRule(rule: string) {
  const program = `
const { IptablesRules } = await import("./providers/iptables-rules.ts");
new IptablesRules(
  "cut-off",
  {
    host: "compute1",
    key: { table: "filter", chain: "quintet-cut-off", from: "INPUT" },
    value: { "10-ssh": "${rule}" },
  },
  { dependsOn: [preflight, gateway] },
);
`;
  return { files: { "index.ts": (text: string) => text + program } };
}

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { countPromises, dashboardOf } from "../../operations/state.ts";

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

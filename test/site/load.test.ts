import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import * as pulumi from "@pulumi/pulumi";
import { loadSite } from "../../site/load.ts";
import { sample, texts } from "./sample.ts";

/** What an operator is told while the program loads this config; the one fake is the log of the engine. */
function warned(config: Record<string, unknown>): readonly unknown[] {
  const { warn } = pulumi.log;
  const told: unknown[] = [];
  pulumi.runtime.setAllConfig(texts({ ...sample(), ...config }));
  Object.assign(pulumi.log, { warn: (message: string) => told.push(message) });
  try {
    loadSite();
  } finally {
    Object.assign(pulumi.log, { warn });
  }
  return told;
}

describe("a host that is gone for good", () => {
  after(() => pulumi.runtime.setAllConfig({}));

  test("is nothing to be warned of while it stands among the hosts", () => {
    assert.deepEqual(warned({ abandoned: ["compute3"] }), []);
  });

  test("is named, with what to do, once it stands among them no more", () => {
    const [warning, ...more] = warned({ abandoned: ["compute3", "compute7"] });
    assert.match(String(warning), /^quintet:abandoned names compute7, which is no host any more/);
    assert.match(String(warning), /pulumi config rm --path 'quintet:abandoned\[1\]'$/);
    assert.deepEqual(more, []);
  });

  test("comes off the list without another one's place having moved", () => {
    const list = ["compute7", "compute3", "compute8", "compute9"];
    for (const warning of warned({ abandoned: list })) {
      const [, name, place] = /names (\S+),.*\[(\d)\]'$/s.exec(String(warning)) ?? [];
      assert.deepEqual(list.splice(Number(place), 1), [name]);
    }
    assert.deepEqual(list, ["compute3"]);
  });
});

import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { breakages } from "./breakages.ts";
import { drift, expectStatus, hosts, onHost, up } from "./cloud.ts";
import { differing } from "./differing.ts";
import { converged } from "./picture.ts";

describe("hosts broken by hand", () => {
  before(converged);

  test("are shown key by key, with the consequences and nothing else", async () => {
    await Promise.all(hosts.map(breakAll));
    assert.deepEqual(await differing(), expected());
  });

  test("are repaired by one up, and the next preview is clean", async () => {
    expectStatus(await up(), 0);
    expectStatus(await drift(), 0);
  });
});

async function breakAll(host: string): Promise<void> {
  for (const { what, script } of breakages.filter((one) => one.host === host)) {
    await onHost(host, script, 180);
    console.log(`${host}: ${what}`);
  }
}

function expected(): string[] {
  const lines = breakages.flatMap(({ host, shows, along = {} }) => [
    ...shows.map((line) => `${host}: ${line}`),
    ...Object.keys(along),
  ]);
  return [...new Set(lines)].sort();
}

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { BadConfig } from "../../site/problems.ts";
import { parseSite } from "../../site/site.ts";
import { sample, texts } from "./sample.ts";

const image = { name: "debian-13", file: "/srv/images/debian-13.qcow2" };

function problems(config: Record<string, unknown>): string[] {
  try {
    parseSite(texts({ ...sample(), ...config }), new Set());
  } catch (error) {
    if (!(error instanceof BadConfig)) throw error;
    return error.problems.map(({ path, found, fix }) => `${path.join(".")}: ${found}: ${fix}`);
  }
  return [];
}

describe("the acceptance at the end of a run", () => {
  test("is off unless it is asked for", () => {
    const site = (config: object) => parseSite(texts({ ...sample(), ...config }), new Set());
    assert.equal(site({}).acceptance, false);
    assert.equal(site({ services: true, tenant: { image }, acceptance: true }).acceptance, true);
  });

  test("needs services, and an image to boot", () => {
    assert.deepEqual(problems({ services: false, tenant: { image }, acceptance: true }), [
      "acceptance: true, without services: pulumi config set --path 'quintet:services' true",
    ]);
    assert.deepEqual(problems({ services: true, acceptance: true }), [
      "acceptance: true, without tenant.image: pulumi config set --path 'quintet:tenant.image.file' /srv/images/debian-13.qcow2",
    ]);
    assert.deepEqual(problems({ services: true, tenant: { image }, acceptance: true }), []);
  });

  test("is judged by what has a shape at all", () => {
    const told = problems({ services: "yes", acceptance: true });
    assert.ok(!told.some((one) => one.startsWith("acceptance: true, without services")));
  });
});

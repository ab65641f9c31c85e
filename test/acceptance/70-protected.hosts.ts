import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { expectStatus, pulumi, up } from "./cloud.ts";
import { converged } from "./picture.ts";
import { resources } from "./stack.ts";
import { inVariant } from "./variant.ts";

describe("destroy", () => {
  before(converged);

  test("is refused while the data is protected, and deletes nothing", async () => {
    const protect = {
      config: (config: Record<string, unknown>) => {
        config["quintet:protectData"] = true;
      },
    };
    const standing = (await resources()).map(({ urn }) => urn).sort();
    await inVariant(protect, async (folder) => {
      expectStatus(await up({ folder }), 0);
      // Without the preview that comes first, the engine would delete up to what is protected.
      const refused = await pulumi(["destroy", "--yes"], { folder });
      assert.notEqual(refused.status, 0);
      assert.match(refused.stdout + refused.stderr, /protect/);
    });
    assert.deepEqual((await resources()).map(({ urn }) => urn).sort(), standing);
    expectStatus(await up(), 0);
  });
});

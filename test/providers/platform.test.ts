import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { platform } from "../../providers/platform.ts";
import { folderPlace } from "../places.ts";

const key = { freeMegabytes: 500 };
const want = { system: "debian 13", space: "enough" };

describe("a host that is not fit", () => {
  test("is told by its system, and by the room on its disk", () => {
    assert.deepEqual(platform.parse("debian 12\n499\n", key), {
      system: "debian 12",
      space: "499 MB free on /",
    });
    assert.deepEqual(platform.parse("debian 13\n500\n", key), want);
  });

  test("fails its run with what was found and what to do", async () => {
    const place = folderPlace();
    try {
      const have = platform.parse("debian 12\n10\n", key);
      const changes = platform.converge(key, want, have);
      assert.equal(changes.length, 2);
      for (const change of changes) {
        await assert.rejects(place.run(change.script), /Next: (install debian 13|make room)/);
      }
    } finally {
      await place.end();
    }
  });
});

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { platform } from "../../providers/platform.ts";
import { folderPlace } from "../places.ts";

const key = { freeMegabytes: 500 };
const want = { system: "debian 13", space: "enough" };

describe("a host that is not fit", () => {
  test("is told by its system, and by the room on its disk", () => {
    assert.deepEqual(platform.parse("debian 12\n499\nlab-07\n", key), {
      system: "debian 12",
      space: "499 MB free on /",
      hostname: "lab-07",
    });
    const live = platform.parse("debian 13\n500\nlab-07\n", key);
    assert.deepEqual(platform.own(want, live), want);
    assert.deepEqual(platform.converge(key, want, platform.own(want, live)), []);
  });

  test("fails its run with what was found and what to do", async () => {
    const place = folderPlace();
    try {
      const have = platform.parse("debian 12\n10\nlab-07\n", key);
      const changes = platform.converge(key, { ...want, hostname: "compute2" }, have);
      assert.equal(changes.length, 3);
      for (const change of changes) {
        await assert.rejects(
          place.run(change.script),
          /Next: (install debian 13|make room|hostnamectl set-hostname compute2)/,
        );
      }
    } finally {
      await place.end();
    }
  });
});

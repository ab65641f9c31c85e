import assert from "node:assert/strict";
import { readPreview } from "../../operations/drift/preview.ts";
import { drift, expectStatus } from "./cloud.ts";

/** "host: kind promise: key" of all that a preview shows as different; "unseen" in a key's place. */
export async function differing(): Promise<string[]> {
  const { stdout } = expectStatus(await drift(["--json"]), 7);
  const { differences, obstacles } = readPreview(stdout);
  assert.deepEqual(obstacles, []);
  return differences
    .map(({ host, promise, key, found }) => {
      const unseen = found.startsWith("could not be looked at");
      return `${host}: ${promise}: ${unseen ? "unseen" : key}`;
    })
    .sort();
}

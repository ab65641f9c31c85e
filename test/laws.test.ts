import assert from "node:assert/strict";
import { test } from "node:test";
import { cloudRegistry, registry } from "../providers/registry.ts";
import { allFixtures } from "./fixtures.ts";
import { laws } from "./laws.ts";
import { folderPlace } from "./places.ts";

const fixtures = await allFixtures();
for (const fixture of fixtures) {
  // Their laws take longer than all others, and have files of their own for another processor.
  if (fixture.place !== "folder" || ["IniFile", "Lines"].includes(fixture.state.kind)) continue;
  laws(fixture, folderPlace);
}

test("every kind in the registry has a fixture", () => {
  const kinds = new Set(fixtures.map((fixture) => fixture.state.kind));
  assert.deepEqual(
    [...registry, ...cloudRegistry].map(({ kind }) => kind).filter((kind) => !kinds.has(kind)),
    [],
  );
});

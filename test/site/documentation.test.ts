import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { keysAt } from "../../site/said.ts";
import { counterNames, passwordNames, schema } from "../../site/schema.ts";

const page = readFileSync(new URL("../../docs/configuration.md", import.meta.url), "utf8");

/** Every key as the page writes it: `hosts[].name`, `passwords.<name>`. */
function keys(): readonly string[] {
  return keysAt(schema, []).flatMap((key) => {
    if (key === "passwords" || key === "rotation") return [`${key}.<name>`];
    if (key === "hosts") return [key, ...keysAt(schema, [key, 0]).map((one) => `${key}[].${one}`)];
    const below = keysAt(schema, [key]);
    return below.length > 0 ? below.map((one) => `${key}.${one}`) : [key];
  });
}

test("the page on configuration has a row for every key, and for no other", () => {
  const rows = [...page.matchAll(/^\| `([^`]+)` \|/gm)].map(([, key]) => key);
  assert.deepEqual(rows.sort(), [...keys()].sort());
});

test("it names every password and every counter", () => {
  for (const name of new Set([...passwordNames, ...counterNames])) {
    assert.ok(page.includes(`\`${name}\``), name);
  }
});

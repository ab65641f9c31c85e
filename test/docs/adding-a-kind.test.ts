import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { after, test } from "node:test";
import { laws } from "../laws.ts";
import { folderPlace } from "../places.ts";

// The page's own code, written where its imports hold: beside this clone's rooms.
const clone = resolve(import.meta.dirname, "../..");
const page = readFileSync(join(clone, "docs/adding-a-kind.md"), "utf8");
const [kind = "", fixture = ""] = [...page.matchAll(/^```ts\n(.*?)^```$/gms)].map(
  ([, code]) => code,
);
mkdirSync(join(clone, ".quintet"), { recursive: true, mode: 0o700 });
const folder = mkdtempSync(join(clone, ".quintet", "page-"));
after(() => rmSync(folder, { recursive: true, force: true }));
const inClone = (code: string) =>
  code.replaceAll(/from "\.\/(?!symlink)/g, `from "${clone}/providers/`);
mkdirSync(join(folder, "providers"));
mkdirSync(join(folder, "test/providers"), { recursive: true });
symlinkSync(join(clone, "test/laws.ts"), join(folder, "test/laws.ts"));
symlinkSync(join(clone, "providers/sh.ts"), join(folder, "providers/sh.ts"));
writeFileSync(join(folder, "providers/symlink.ts"), inClone(kind));
writeFileSync(join(folder, "test/providers/symlink.fixture.ts"), fixture);

laws((await import(join(folder, "test/providers/symlink.fixture.ts"))).fixture, folderPlace);

test("the page's example stays under 70 lines", () => {
  assert.ok(kind.split("\n").length < 70, `${kind.split("\n").length} lines`);
});

import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { clearRemains } from "../../operations/pulumi/remains.ts";

const backend = mkdtempSync(join(tmpdir(), "quintet-remains-"));
const folder = join(backend, ".pulumi", "stacks", "quintet");
after(() => rmSync(backend, { recursive: true }));

test("what a killed CLI has half written beside the state goes, and nothing else", () => {
  mkdirSync(folder, { recursive: true });
  const files: Readonly<Record<string, string>> = {
    "testbed.json": "{}",
    "testbed.json.attrs": "",
    "testbed.json.18ebd2a3.tmp": '{"version": 3',
    "testbed.json.bak": "{}",
    "testbed.json.bak.attrs": "{}",
    "lab.json.attrs": "",
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  const fresh = join(folder, "testbed.json.5f00.tmp");
  writeFileSync(fresh, "");
  utimesSync(join(folder, "testbed.json.18ebd2a3.tmp"), 0, 0);

  assert.equal(clearRemains(backend, "quintet", "testbed"), true);
  assert.deepEqual(readdirSync(folder).sort(), [
    "lab.json.attrs",
    "testbed.json",
    "testbed.json.5f00.tmp",
    "testbed.json.bak",
    "testbed.json.bak.attrs",
  ]);
  assert.equal(clearRemains(backend, "quintet", "testbed"), false);
  assert.equal(clearRemains(backend, "quintet", "never-made"), false);
  assert.equal(clearRemains(join(backend, "nowhere"), "quintet", "testbed"), false);
});

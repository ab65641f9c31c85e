import { lstatSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { same } from "../providers/values.ts";

/**
 * Leaves the text of a clouds.yaml in a file for its owner alone, and says whether it did: a file that
 * somebody else wrote, or has added to, stays as it is. The draft is a path of the same file system.
 */
export function keepLogins(text: string, file: string, draft: string): boolean {
  const there = lstatSync(file, { throwIfNoEntry: false });
  if (there && !(there.isFile() && isOurs(readFileSync(file, "utf8"), text))) return false;
  mkdirSync(dirname(draft), { recursive: true, mode: 0o700 });
  // Whole or not at all: half a file would be nobody's. A new one never was readable for others.
  rmSync(draft, { force: true });
  writeFileSync(draft, text, { mode: 0o600 });
  renameSync(draft, file);
  return true;
}

/** Ours has the same keys, whatever their values: passwords move, and so may names of the site. */
function isOurs(found: string, text: string): boolean {
  try {
    return same(keysOf(JSON.parse(found)), keysOf(JSON.parse(text)));
  } catch {
    // We write JSON, which is YAML, too; people write YAML.
    return false;
  }
}

function keysOf(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return typeof value;
  return Object.fromEntries(Object.entries(value).map(([key, below]) => [key, keysOf(below)]));
}

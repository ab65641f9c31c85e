import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

/**
 * Writes what is kept for speed alone, whole or not at all, for this user alone. A folder that cannot be
 * written is no reason to fail: then it is not kept, and this says so.
 */
export function keep(file: string, text: string): boolean {
  try {
    mkdirSync(dirname(file), { recursive: true });
    const fresh = `${file}.${process.pid}`;
    writeFileSync(fresh, text, { mode: 0o600 });
    renameSync(fresh, file);
    return true;
  } catch {
    return false;
  }
}

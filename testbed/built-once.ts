import { existsSync } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { alone } from "./lock.ts";
import type { Place } from "./place.ts";

/**
 * A folder of the cache that is built when it is first asked for, by one process. What a build that was
 * cut off has left is not taken for one.
 * @param folderName names what is built and the recipe that it is built by
 */
export async function builtOnce(
  at: Place,
  folderName: string,
  what: string,
  build: (partial: string) => Promise<void>,
): Promise<string> {
  const folder = join(at.cache, folderName);
  if (existsSync(folder)) return folder;
  await alone(join(at.cache, "locks", folderName), `${what} being built`, async () => {
    if (existsSync(folder)) return;
    const partial = `${folder}.partial`;
    await rm(partial, { recursive: true, force: true });
    await mkdir(partial, { recursive: true });
    await build(partial);
    await rename(partial, folder);
  });
  return folder;
}

import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { run } from "./command.ts";
import { TestbedError } from "./errors.ts";
import { checkFolder } from "./machine.ts";
import type { Place } from "./place.ts";

/** The file that says whose run folder this is: its name alone proves nothing, a clone has one too. */
const marker = "testbed";

/** Whether the folder is this testbed's own, or nobody's yet. */
export async function isOurs(at: Place): Promise<boolean> {
  const entries = await readdir(at.folder).catch(() => []);
  return entries.length === 0 || (await isMarked(at));
}

/** Makes the run folder, unless it is there. */
export async function claimFolder(at: Place): Promise<void> {
  if (!(await isOurs(at))) {
    throw new TestbedError(
      `${at.folder} is in use for something else: name an empty folder in QUINTET_TESTBED.`,
    );
  }
  await mkdir(at.folder, { recursive: true, mode: 0o700 });
  if (await isMarked(at)) return;
  await checkFolder(at);
  await writeFile(join(at.folder, marker), `${at.prefix}\n`);
}

/** The marker goes last, so that a removal that was cut off can be taken up again. */
export async function removeFolder(at: Place): Promise<void> {
  const rest = await readdir(at.folder).catch(() => []);
  const all = rest.filter((name) => name !== marker).map((name) => join(at.folder, name));
  if (all.length > 0) await run(["rm", "-rf", "--one-file-system", ...all]);
  await run(["rm", "-rf", "--one-file-system", at.folder]);
}

async function isMarked(at: Place): Promise<boolean> {
  const text = await readFile(join(at.folder, marker), "utf8").catch(() => "");
  return text === `${at.prefix}\n`;
}

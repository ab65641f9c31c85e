import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { dump, load } from "js-yaml";
import { clone, project } from "./cloud.ts";

/** The config of the testbed's stack by full key. */
export type Config = Record<string, unknown>;

/** What a test changes in the project. */
export interface Edits {
  readonly config?: (config: Config) => void;
  /** New texts of files in the project's own folder. */
  readonly files?: Readonly<Record<string, (text: string) => string>>;
}

/**
 * Does something in a folder that is the project but for some edits: the clone's own files are never
 * written to, so that a test that is broken off leaves it as it was.
 */
export async function inVariant<T>(
  { config, files = {} }: Edits,
  work: (folder: string) => Promise<T>,
): Promise<T> {
  const notes = join(clone, ".quintet");
  mkdirSync(notes, { recursive: true, mode: 0o700 });
  const folder = mkdtempSync(join(notes, "variant-"));
  try {
    fill(folder, project, { files, ...(config && { config }) });
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Makes a folder into the project of another one but for some edits. */
export function fill(folder: string, from: string, { config, files = {} }: Edits): void {
  const edited = new Map(Object.entries(files));
  if (config) edited.set("Pulumi.testbed.yaml", (text) => withConfig(text, config));
  for (const name of readdirSync(from)) {
    if (name === ".git" || name === ".quintet" || name.startsWith(".testbed")) continue;
    const edit = edited.get(name);
    if (!edit) symlinkSync(join(from, name), join(folder, name));
    else writeFileSync(join(folder, name), changed(join(from, name), edit));
  }
}

function changed(name: string, edit: (text: string) => string): string {
  const before = readFileSync(name, "utf8");
  const after = edit(before);
  if (after === before) throw new Error(`the edit of ${name} finds nothing to change there`);
  return after;
}

function withConfig(text: string, edit: (config: Config) => void): string {
  // The project's own file, whose form its own tests look after.
  const file = load(text) as { config: Config };
  edit(file.config);
  return dump(file);
}

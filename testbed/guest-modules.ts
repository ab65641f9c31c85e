import { readFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { run } from "./command.ts";
import { theOne } from "./debs.ts";
import { TestbedError } from "./errors.ts";
import type { Entry } from "./initramfs.ts";

/** The modules of the unpacked kernel that are named, with those that they need: for an initramfs. */
export async function guestModules(top: string, names: readonly string[]): Promise<Entry[]> {
  const builtin = await theOne(top, /\/lib\/modules\/[^/]+\/modules\.builtin$/);
  const folder = dirname(builtin);
  // The tool wants a folder that holds lib/modules.
  await run(["depmod", "--basedir", join(folder, "../../.."), basename(folder)]);
  const ordered = inLoadOrder(await readFile(join(folder, "modules.dep"), "utf8"), names);
  const files = ordered.map((path) => join(folder, path));
  const packed = files.filter((file) => file.endsWith(".xz"));
  if (packed.length > 0) await run(["xz", "--decompress", ...packed]);
  const plain = files.map((file) => file.replace(/\.xz$/, ""));
  return [
    { name: "modules", mode: 0o755 },
    {
      name: "modules/order",
      mode: 0o644,
      content: Buffer.from(lines(plain.map((f) => basename(f)))),
    },
    ...(await Promise.all(
      plain.map(async (file) => ({
        name: `modules/${basename(file)}`,
        mode: 0o644,
        content: await readFile(file),
      })),
    )),
  ];
}

/** Reads depmod's "path: path…": a module comes after all that its line names, the last of them first. */
export function inLoadOrder(dependencies: string, names: readonly string[]): string[] {
  const needs = new Map(
    dependencies
      .split("\n")
      .map((line) => line.split(/:? +|:$/).filter((path) => path !== ""))
      .map(([path = "", ...others]) => [moduleName(path), [path, ...others].reverse()]),
  );
  const paths = names.flatMap((name) => {
    const found = needs.get(name);
    if (found === undefined) throw new TestbedError(`the guest's kernel has no module ${name}.`);
    return found;
  });
  return [...new Set(paths)];
}

function moduleName(path: string): string {
  return basename(path)
    .replace(/\.ko.*$/, "")
    .replaceAll("-", "_");
}

function lines(all: readonly string[]): string {
  return all.map((one) => `${one}\n`).join("");
}

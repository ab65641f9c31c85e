import { readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";

// A CLI writes a file in much less, and gives it its name then.
const onItsWaySeconds = 60;

/**
 * Removes what a CLI that was killed while it wrote has left beside a stack's file in a backend on disk;
 * returns whether there was anything. The stack's file itself gets its name when it is whole; the file
 * with its attributes does not, and the CLI stops at an empty one ("failed to load checkpoint: EOF"),
 * but not where there is none. For a stack that nobody holds.
 */
export function clearRemains(backendFolder: string, project: string, stack: string): boolean {
  const folder = join(backendFolder, ".pulumi", "stacks", project);
  const ofState = (name: string) =>
    name.startsWith(stack) &&
    /^\.json(\.gz)?(\.bak)?(\.attrs|\.\w+\.tmp)$/.test(name.slice(stack.length));
  try {
    const remains = readdirSync(folder).filter(
      (name) => ofState(name) && isRemains(name, join(folder, name)),
    );
    for (const name of remains) rmSync(join(folder, name), { force: true });
    return remains.length > 0;
  } catch {
    // No such folder, or not ours to write to: the CLI says so where it matters.
    return false;
  }
}

function isRemains(name: string, file: string): boolean {
  const stat = statSync(file, { throwIfNoEntry: false });
  if (!stat) return false;
  if (name.endsWith(".attrs")) return stat.size === 0;
  return Date.now() - stat.mtimeMs > onItsWaySeconds * 1000;
}

import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";

/** A stack's lock in a backend on disk: the CLI writes one file for each process that holds it. */
export interface Lock {
  readonly file: string;
  readonly pid: number;
  readonly machine: string;
  readonly since: string;
}

/** The locks of a stack. A file that is half written or gone again is not one. */
export function readLocks(backendFolder: string, project: string, stack: string): Lock[] {
  const folder = join(backendFolder, ".pulumi", "locks", "organization", project, stack);
  let files: string[];
  try {
    files = readdirSync(folder).filter((file) => file.endsWith(".json"));
  } catch {
    return [];
  }
  return files.flatMap((name) => {
    const file = join(folder, name);
    try {
      const { pid, hostname: machine, timestamp } = JSON.parse(readFileSync(file, "utf8"));
      return typeof pid === "number" ? [{ file, pid, machine, since: String(timestamp) }] : [];
    } catch {
      return [];
    }
  });
}

/** Sets aside the locks whose process was on this machine and is dead; returns those that hold. */
export function clearDeadLocks(locks: readonly Lock[]): { cleared: Lock[]; holding: Lock[] } {
  const dead = locks.filter((lock) => lock.machine === hostname() && !isCli(lock.pid));
  for (const lock of dead) {
    rmSync(lock.file, { force: true });
    rmSync(`${lock.file}.attrs`, { force: true });
  }
  return { cleared: dead, holding: locks.filter((lock) => !dead.includes(lock)) };
}

/** A number that another program has been given since is of a dead one. */
function isCli(pid: number): boolean {
  return isAlive(pid) && (stateOf(pid)?.startsWith("(pulumi) ") ?? true);
}

/** Does this process run? One that only waits to be reaped is dead. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/^\(.*\) [ZX]/.test(stateOf(pid) ?? "");
  } catch (error) {
    // Not allowed to signal it: it lives, under another user.
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

/** Name and state of a process, as Linux has them: "(pulumi) S". */
function stateOf(pid: number): string | undefined {
  if (!existsSync("/proc")) return undefined;
  return readFileSync(`/proc/${pid}/stat`, "utf8").replace(/^\d+ /, "");
}

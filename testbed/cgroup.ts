import { existsSync } from "node:fs";
import { readdir, readFile, rmdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Place } from "./place.ts";

/**
 * All processes of a testbed are in its cgroups, and the kernel keeps that list: so there are no pid
 * files that could be stale, and nothing is missed after a crash.
 */
const root = "/sys/fs/cgroup";

export function unifiedRoot(): string {
  return existsSync(join(root, "cgroup.controllers")) ? root : join(root, "unified");
}

export function cgroupOf(at: Place, what: string): string {
  return `${at.prefix}/${what}`;
}

/** Whether any process is alive in the cgroup or below. */
export async function populated(cgroup: string): Promise<boolean> {
  const events = join(unifiedRoot(), cgroup, "cgroup.events");
  return /^populated 1$/m.test(await readFile(events, "utf8").catch(() => ""));
}

/** The processes in the cgroup and below that run this program. */
export async function processes(cgroup: string, program: string): Promise<number[]> {
  const found: number[] = [];
  for (const folder of await folders(join(unifiedRoot(), cgroup))) {
    const listed = await readFile(join(folder, "cgroup.procs"), "utf8").catch(() => "");
    for (const pid of listed.split("\n").filter((line) => line !== "")) {
      const name = await readFile(`/proc/${pid}/comm`, "utf8").catch(() => "");
      if (name.trim() === program) found.push(Number(pid));
    }
  }
  return found;
}

/** Waits for the last process to be gone; false when the time is over before. */
export async function deserted(cgroup: string, seconds: number): Promise<boolean> {
  for (const deadline = Date.now() + seconds * 1000; await populated(cgroup); await sleep(20)) {
    if (Date.now() > deadline) return false;
  }
  return true;
}

/** Kills all at once, as a power loss does, and forgets the cgroup. */
export async function killAll(cgroup: string): Promise<boolean> {
  const kill = join(unifiedRoot(), cgroup, "cgroup.kill");
  if (existsSync(kill)) await writeFile(kill, "1").catch(unlessGone);
  const gone = await deserted(cgroup, 20);
  if (gone) await forget(cgroup);
  return gone;
}

/** Removes the empty cgroup from all hierarchies. */
export async function forget(cgroup: string): Promise<void> {
  for (const hierarchy of await readdir(root)) {
    const top = join(root, hierarchy, cgroup);
    // On a machine with nothing but the unified hierarchy, what lies in the root are not hierarchies.
    for (const folder of await folders(existsSync(top) ? top : join(root, cgroup))) {
      await rmdir(folder).catch(() => {});
    }
  }
}

/** The folder and all below it, the deepest first. */
async function folders(top: string): Promise<string[]> {
  const entries = await readdir(top, { withFileTypes: true }).catch(() => undefined);
  if (entries === undefined) return [];
  const below: string[] = [];
  for (const entry of entries) {
    if (entry.isDirectory()) below.push(...(await folders(join(top, entry.name))));
  }
  return [...below, top];
}

function unlessGone(error: unknown): void {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code !== "ENOENT" && code !== "ENODEV") throw error;
}

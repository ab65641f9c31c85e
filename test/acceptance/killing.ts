import { existsSync, readdirSync, readFileSync } from "node:fs";
import { hosts, onHost, type Running, until } from "./cloud.ts";

/** Waits until a run says something. */
export function says(program: Running, words: RegExp): Promise<true> {
  return until(`the run says ${words}`, 180, () => words.test(program.said()) || undefined);
}

/** Kills the CLI, and fails unless its providers are gone soon and no script of ours runs on a host. */
export async function killWithProviders({ pid }: Running, moment: string): Promise<void> {
  const family = descendants(pid);
  process.kill(pid, "SIGKILL");
  await until(
    `its processes are gone, killed ${moment}`,
    15,
    () => family.every((one) => !isAlive(one)) || undefined,
  );
  console.log(`killed the CLI ${moment}; ${family.length} processes of its own went with it`);
  // A script that ran may finish; it holds the host's lock until then.
  for (const host of hosts) {
    await onHost(host, "[ ! -e /run/quintet/lock ] || flock -w 90 /run/quintet/lock true", 100);
  }
}

/** Its children, theirs, and so on. */
export function descendants(ancestor: number): number[] {
  const parents = new Map<number, number>();
  for (const name of readdirSync("/proc")) {
    const stat = /^\d+$/.test(name) ? statOf(Number(name)) : undefined;
    if (stat) parents.set(Number(name), stat.parent);
  }
  const found = [ancestor];
  for (const one of found) {
    found.push(...[...parents].filter(([, parent]) => parent === one).map(([pid]) => pid));
  }
  return found.slice(1);
}

/** Its arguments, each ended by a zero byte. */
export function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8");
  } catch {
    // Gone between the look and the read.
    return "";
  }
}

function isAlive(pid: number): boolean {
  const stat = statOf(pid);
  return stat !== undefined && !"ZX".includes(stat.state);
}

/** From proc(5); the program's name in brackets may hold anything. */
function statOf(pid: number): { state: string; parent: number } | undefined {
  if (!existsSync(`/proc/${pid}/stat`)) return undefined;
  try {
    const [state = "", parent = ""] = readFileSync(`/proc/${pid}/stat`, "utf8")
      .replace(/^.*\) /s, "")
      .split(" ");
    return { state, parent: Number(parent) };
  } catch {
    // Gone between the look and the read.
    return undefined;
  }
}

import { spawn } from "node:child_process";
import { createWriteStream, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout } from "node:timers/promises";

/** What one run of a command took. */
export interface Measured {
  readonly status: number;
  readonly seconds: number;
  /** Time on the processor, of the command and all that it started. */
  readonly processorSeconds: number;
  /** Highest resident memory of each of its processes, in megabytes, by what the process is. */
  readonly megabytes: Readonly<Record<string, number>>;
}

export interface Command {
  readonly words: readonly [string, ...string[]];
  readonly folder: string;
  readonly environment: NodeJS.ProcessEnv;
  /** Takes what the command says. */
  readonly log: string;
  /** Is told each line of standard output, with the second in which it came. */
  readonly listen?: (line: string, second: number) => void;
  /** After this it is stopped, and the run has failed. */
  readonly deadlineSeconds: number;
}

const lookEveryMilliseconds = 200;
const ticksPerSecond = 100;

/** Runs a command and watches its processes until it ends. */
export async function measure(command: Command): Promise<Measured> {
  const { words, folder, environment, log, listen, deadlineSeconds } = command;
  const [program, ...rest] = words;
  mkdirSync(dirname(log), { recursive: true });
  const said = createWriteStream(log);
  const began = performance.now();
  const signal = AbortSignal.timeout(deadlineSeconds * 1000);
  const child = spawn(program, rest, {
    cwd: folder,
    env: environment,
    stdio: ["ignore", "pipe", "pipe"],
    signal,
  });
  const elapsed = () => (performance.now() - began) / 1000;
  for (const stream of [child.stdout, child.stderr]) stream.pipe(said, { end: false });
  if (listen) createInterface(child.stdout).on("line", (line) => listen(line, elapsed()));
  let seconds: number | undefined;
  const ended = new Promise<number>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (status) => {
      seconds = elapsed();
      resolve(status ?? 1);
    });
  });
  const watch = new Watch(child.pid ?? 0);
  // A rejection waits until it is asked for below.
  ended.catch(() => undefined);
  while (seconds === undefined && !signal.aborted) {
    watch.look();
    await setTimeout(lookEveryMilliseconds);
  }
  const status = await ended;
  await new Promise<void>((written) => said.end(written));
  const { megabytes, processorSeconds } = watch;
  return { status, seconds: seconds ?? 0, processorSeconds, megabytes };
}

/** What the processes below one process have used so far. */
class Watch {
  readonly megabytes: Record<string, number> = {};
  processorSeconds = 0;
  readonly #root: number;
  readonly #parents = new Map<number, number>();

  constructor(root: number) {
    this.#root = root;
  }

  look(): void {
    const alive = new Map<number, string>();
    for (const name of readdirSync("/proc")) {
      const pid = Number(name);
      const stat = Number.isNaN(pid) ? undefined : read(`/proc/${pid}/stat`);
      if (stat === undefined) continue;
      // The name of the program is in parentheses and may hold anything.
      const fields = stat.slice(stat.lastIndexOf(")") + 2);
      // Who lost his parent is still ours: the parent that was seen first counts.
      if (!this.#parents.has(pid)) {
        const parent = this.#isScout(pid) ? this.#root : Number(fields.split(" ")[1]);
        this.#parents.set(pid, parent);
      }
      alive.set(pid, fields);
    }
    let ticks = 0;
    for (const [pid, fields] of alive) {
      if (!this.#isOurs(pid)) continue;
      // utime, stime, and those of children that ended: fields 14 to 17 of proc_pid_stat(5).
      ticks += fields.split(" ").slice(11, 15).map(Number).reduce(sum, 0);
      this.#weigh(pid);
    }
    this.processorSeconds = Math.max(this.processorSeconds, ticks / ticksPerSecond);
  }

  #weigh(pid: number): void {
    const role = roleOf(read(`/proc/${pid}/cmdline`) ?? "");
    const peak = /^VmHWM:\s+(\d+)/m.exec(read(`/proc/${pid}/status`) ?? "")?.[1];
    if (role === undefined || peak === undefined) return;
    this.megabytes[role] = Math.max(this.megabytes[role] ?? 0, Number(peak) / 1024);
  }

  /** The launcher lets go of what goes on beside the CLI, which it becomes itself. */
  #isScout(pid: number): boolean {
    return new RegExp(`/settle\\.ts\0${this.#root}\0`).test(read(`/proc/${pid}/cmdline`) ?? "");
  }

  #isOurs(pid: number): boolean {
    for (let one: number | undefined = pid; one; one = this.#parents.get(one)) {
      if (one === this.#root) return true;
    }
    return false;
  }
}

/** The five processes of a run, by what stands on their command lines. */
function roleOf(commandLine: string): string | undefined {
  const words = commandLine.split("\0");
  if (words.some((word) => word.includes("cmd/dynamic-provider"))) {
    return words[0]?.endsWith("node") && words[1] !== "-e" ? "provider" : undefined;
  }
  if (words.some((word) => word.includes("@pulumi/pulumi/cmd/run"))) return "program";
  if (words.some((word) => word.endsWith("/pulumi/settle.ts"))) return "scout";
  if (words[0]?.endsWith("/pulumi-language-nodejs")) return "language host";
  return words[0]?.endsWith("/pulumi") ? "CLI" : undefined;
}

/** Nothing for a process that has just ended. */
function read(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}

function sum(one: number, other: number): number {
  return one + other;
}

/** The middle one; of an even number, the mean of the two in the middle. */
export function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((one, other) => one - other);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

import { type SpawnOptions, type SpawnSyncReturns, spawn } from "node:child_process";
import { clone } from "./clone.ts";

/** A command that ended badly; the message says which step of ours it was. */
export class StepFailed extends Error {
  readonly status: number;
  constructor(step: string, status: number) {
    super(`Failed: ${step} (exit ${status}). Next: see above; the same command goes on from here.`);
    this.name = "StepFailed";
    this.status = status;
  }
}

/** A question to a program of this machine that ended badly, with what the program said. */
export class CommandFailed extends Error {
  constructor(command: string, ended: SpawnSyncReturns<string>, next: string) {
    const status = ended.status ?? ended.signal ?? "no status";
    const heard = ended.error?.message ?? ended.stderr;
    const said = heard.trim().replaceAll("\n", "\n    ") || "it said nothing";
    super(`${command}\n  ended with ${status}, and said:\n    ${said}\n  Next: ${next}`);
    this.name = "CommandFailed";
  }
}

/** How a step is run. */
export interface StepOptions {
  readonly environment?: NodeJS.ProcessEnv;
  readonly folder?: string;
  /** The command draws its own progress when it has the terminal. */
  readonly ownProgress?: boolean;
}

const quietFor = 8_000;

/**
 * Runs a command in the foreground, its output passed on, with a line now and then while it is
 * quiet. Ctrl-C reaches it by the terminal; we stay until it has cleaned up after itself.
 */
export async function step(
  what: string,
  command: readonly [string, ...string[]],
  options: StepOptions = {},
): Promise<void> {
  const status = await run(what, command, options);
  if (status !== 0) throw new StepFailed(what, status);
}

function run(
  what: string,
  [program, ...words]: readonly [string, ...string[]],
  { environment, folder, ownProgress }: StepOptions,
): Promise<number> {
  const drawsItself = ownProgress === true && process.stdout.isTTY === true;
  const settings: SpawnOptions = {
    cwd: folder ?? clone,
    env: environment ?? process.env,
    stdio: drawsItself ? "inherit" : ["inherit", "pipe", "pipe"],
  };
  return new Promise((resolve, reject) => {
    const child = spawn(program, words, settings);
    const beat = drawsItself ? undefined : heartbeat(what, [child.stdout, child.stderr]);
    const passOn = (signal: NodeJS.Signals) => child.kill(signal);
    const stay = () => undefined;
    process.on("SIGTERM", passOn).on("SIGHUP", passOn).on("SIGINT", stay);
    const after = () => {
      clearInterval(beat);
      process.off("SIGTERM", passOn).off("SIGHUP", passOn).off("SIGINT", stay);
    };
    child.on("error", (error) => {
      after();
      reject(error);
    });
    child.on("close", (status, signal) => {
      after();
      resolve(status ?? 128 + (signalNumbers[signal ?? ""] ?? 0));
    });
  });
}

const signalNumbers: Record<string, number> = { SIGHUP: 1, SIGINT: 2, SIGKILL: 9, SIGTERM: 15 };

function heartbeat(
  what: string,
  streams: readonly (NodeJS.ReadableStream | null)[],
): NodeJS.Timeout {
  const began = Date.now();
  let last = began;
  let endsWithNewline = true;
  const targets = [process.stdout, process.stderr];
  for (const [index, stream] of streams.entries()) {
    stream?.on("data", (bytes: Buffer) => {
      last = Date.now();
      endsWithNewline = bytes.at(-1) === 0x0a;
      targets[index]?.write(bytes);
    });
  }
  return setInterval(() => {
    if (Date.now() - last < quietFor) return;
    last = Date.now();
    const seconds = Math.round((last - began) / 1000);
    process.stdout.write(`${endsWithNewline ? "" : "\n"}  still at it: ${what} (${seconds} s)\n`);
    endsWithNewline = true;
  }, 1000);
}

import { spawn } from "node:child_process";
import { once } from "node:events";
import { failed, plainEnvironment } from "./command.ts";

/** One line for the person who waits. On standard error, so that `ssh` and `op` keep theirs clean. */
export function say(line: string): void {
  process.stderr.write(`testbed: ${line}\n`);
}

const quietSeconds = 5;

/** Says every few seconds that work which says nothing itself goes on. */
export async function patiently<Result>(what: string, work: Promise<Result>): Promise<Result> {
  const began = Date.now();
  const ticker = setInterval(() => {
    say(`  ${Math.round((Date.now() - began) / 1000)} s  ${what}`);
  }, quietSeconds * 1000);
  return work.finally(() => clearInterval(ticker));
}

/** Runs a slow program: says what for, then every few seconds how long it has been and where it is. */
export async function slowly(what: string, command: readonly string[]): Promise<void> {
  say(what);
  const [program = "", ...args] = command;
  const began = Date.now();
  const child = spawn(program, args, {
    env: plainEnvironment(),
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      output = (output + text).slice(-20_000);
    });
  }
  const ticker = setInterval(() => {
    const last =
      output
        .trim()
        .split(/[\r\n]/)
        .at(-1)
        ?.trim()
        .slice(0, 80) ?? "";
    say(`  ${Math.round((Date.now() - began) / 1000)} s  ${last}`);
  }, quietSeconds * 1000);
  try {
    const [status] = await once(child, "close");
    if (status !== 0) throw failed(command, status ?? 128, output);
  } finally {
    clearInterval(ticker);
  }
}

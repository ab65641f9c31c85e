import { type SpawnOptions, spawn } from "node:child_process";
import { once } from "node:events";
import { CommandFailed } from "./errors.ts";

export interface Outcome {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Programs of the testbed speak English and know no proxy: what they talk to is next door. */
export function plainEnvironment(): NodeJS.ProcessEnv {
  const env = Object.entries(process.env).filter(
    ([name]) => !/^(.*_proxy|LC_.*|LANG.*)$/i.test(name),
  );
  return { ...Object.fromEntries(env), LC_ALL: "C.UTF-8", DEBIAN_FRONTEND: "noninteractive" };
}

/** Runs a program to its end, whatever that is. */
export async function attempt(command: readonly string[], input = ""): Promise<Outcome> {
  const [program = "", ...args] = command;
  const child = spawn(program, args, { env: plainEnvironment() });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  // A program that does not read its input may be gone before all of it is written.
  child.stdin.on("error", () => {});
  child.stdin.end(input);
  try {
    const [status] = await once(child, "close");
    return { status: status ?? 128, stdout, stderr };
  } catch (error) {
    return { status: 127, stdout, stderr: String(error) };
  }
}

/** Runs a program that has to succeed, and gives what it printed. */
export async function run(command: readonly string[], input = ""): Promise<string> {
  const outcome = await attempt(command, input);
  if (outcome.status === 0) return outcome.stdout;
  throw failed(command, outcome.status, outcome.stderr || outcome.stdout);
}

export function failed(command: readonly string[], status: number, output: string): CommandFailed {
  const end = output.trim().split("\n").slice(-8).join("\n  ");
  return new CommandFailed(`${command.join(" ")} ended with status ${status}:\n  ${end}`);
}

/** Hands the terminal to a program and gives its exit status. */
export async function foreground(command: readonly string[], env = process.env): Promise<number> {
  const [program = "", ...args] = command;
  const options: SpawnOptions = { stdio: "inherit", env };
  const child = spawn(program, args, options);
  // Ctrl-C is for the program; this process stays to hand on the program's status.
  const stay = () => {};
  process.on("SIGINT", stay);
  try {
    const [status] = await once(child, "close");
    return status ?? 130;
  } finally {
    process.off("SIGINT", stay);
  }
}

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

/** The five hosts, the gateway second. */
export const hosts = ["controller", "compute1", "compute2", "compute3", "compute4"] as const;
export type HostName = (typeof hosts)[number];

/** The clone that is tested. */
export const clone = resolve(import.meta.dirname, "../..");

/** The project that is brought up: the clone itself, or a variant of it that the whole run is about. */
export const project = resolve(process.env.QUINTET_PROJECT ?? clone);

/** The testbed's run folder; what the tests note about these hosts lies in it, and goes with it. */
export const runFolder = resolve(process.env.QUINTET_TESTBED ?? join(clone, ".testbed"));
export const sshConfig = resolve(process.env.QUINTET_SSH_CONFIG ?? join(runFolder, "ssh_config"));

/** What a program said and how it ended. */
export interface Ended {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly folder?: string;
  readonly environment?: NodeJS.ProcessEnv;
  readonly input?: string;
  /** The deadline: a program that takes longer fails the test. */
  readonly seconds?: number;
  /** Is told of the program once it runs, with what it says as it says it. */
  readonly watch?: (program: Running) => Promise<void>;
}

/** A program that has not ended yet. */
export interface Running {
  readonly pid: number;
  /** All that it has said so far. */
  said(): string;
}

/** Runs a program to its end, whatever that is. */
export function run(command: readonly string[], options: RunOptions = {}): Promise<Ended> {
  const [program = "", ...words] = command;
  const { folder = project, environment = process.env, input = "", seconds = 120 } = options;
  return new Promise((done, fail) => {
    const child = spawn(program, words, { cwd: folder, env: environment });
    const heard = { stdout: "", stderr: "" };
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      heard.stdout += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      heard.stderr += text;
    });
    // A program that does not read its input may be gone before all of it is written.
    child.stdin.on("error", () => {});
    child.stdin.end(input);
    const deadline = setTimeout(() => {
      child.kill("SIGKILL");
      fail(new Error(`${shown(command)} did not end within ${seconds} s\n${end(heard)}`));
    }, seconds * 1000);
    child.on("error", fail);
    const said = () => heard.stdout + heard.stderr;
    const watching = Promise.resolve(
      child.pid === undefined ? undefined : options.watch?.({ pid: child.pid, said }),
    ).catch((error: unknown) => {
      child.kill("SIGKILL");
      fail(error);
    });
    child.on("close", (status) => {
      clearTimeout(deadline);
      // A signal leaves no status; it is told as a shell does, without saying which.
      watching.then(() => done({ status: status ?? 128, ...heard }));
    });
  });
}

/** The project's own pulumi, on the testbed's stack. */
export async function pulumi(words: readonly string[], options: RunOptions = {}): Promise<Ended> {
  const began = Date.now();
  makeBackend();
  const ended = await run([join(clone, "operations/bin/pulumi"), ...words, "--stack", "testbed"], {
    seconds: 900,
    ...options,
    environment: { ...process.env, ...ofTestbed, ...options.environment },
  });
  const took = Math.round((Date.now() - began) / 1000);
  console.log(`pulumi ${shown(words)}: exit ${ended.status} (${took} s)`);
  return ended;
}

const ofTestbed = { QUINTET_TESTBED: runFolder, QUINTET_SSH_CONFIG: sshConfig };

// A state folder that somebody chose has to be there before the CLI is started.
function makeBackend(): void {
  const url = process.env.PULUMI_BACKEND_URL ?? "";
  if (url.startsWith("file:///")) mkdirSync(new URL(url), { recursive: true, mode: 0o700 });
}

/** The folder of the state, where it lies on this machine. */
export function backendFolder(): string {
  const url = process.env.PULUMI_BACKEND_URL;
  return url ? fileURLToPath(url) : join(clone, ".quintet/state");
}

/** `pulumi up` as npm start calls it. */
export function up(options: RunOptions = {}): Promise<Ended> {
  return pulumi(["up", "--yes", "--skip-preview", "--parallel", "64"], options);
}

export function destroy(options: RunOptions = {}): Promise<Ended> {
  return pulumi(["destroy", "--yes", "--skip-preview", "--parallel", "64"], options);
}

/** The drift check: exit 0 in sync, 7 drifted, 1 could not tell. */
export function drift(words: readonly string[] = [], options: RunOptions = {}): Promise<Ended> {
  return pulumi(["preview", "--expect-no-changes", "--non-interactive", ...words], options);
}

/** Fails unless the program ended as it should; the message holds the end of what it said. */
export function expectStatus(ended: Ended, status: number): Ended {
  if (ended.status === status) return ended;
  throw new Error(`it should have ended with ${status}, not with ${ended.status}\n${end(ended)}`);
}

/** Runs a script on a host as root and gives what it printed. */
export async function onHost(host: string, script: string, seconds = 60): Promise<string> {
  return expectStatus(await tryOnHost(host, script, seconds), 0).stdout;
}

/** Runs a script on a host as root to its end, whatever that is. */
export function tryOnHost(host: string, script: string, seconds = 60): Promise<Ended> {
  return run(["ssh", "-F", sshConfig, host, "exec sh -s"], { input: script, seconds });
}

/** Runs a script on every host at once and gives what each printed. */
export async function onEveryHost(
  script: string,
  seconds = 60,
): Promise<ReadonlyMap<HostName, string>> {
  const said = await Promise.all(hosts.map((host) => onHost(host, script, seconds)));
  return new Map(hosts.map((host, index) => [host, said[index] ?? ""]));
}

/** The testbed's own commands: power, cables, the operator's place. */
export async function testbed(...words: string[]): Promise<string> {
  const command = ["node", join(clone, "testbed/main.ts"), ...words];
  const ended = await run(command, {
    environment: { ...process.env, ...ofTestbed },
    seconds: 180,
  });
  return expectStatus(ended, 0).stdout;
}

/** Looks again and again until something is there; `what` is told when it is not in time. */
export async function until<T>(
  what: string,
  seconds: number,
  look: () => Promise<T | undefined> | T | undefined,
): Promise<T> {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    const seen = await look();
    if (seen !== undefined) return seen;
    if (Date.now() > deadline) throw new Error(`not within ${seconds} s: ${what}`);
    await sleep(500);
  }
}

/** The process id of the main process of every service that runs on a host. */
export function mainProcesses(): Promise<ReadonlyMap<HostName, string>> {
  return onEveryHost(`systemctl list-units --type=service --state=running --plain --no-legend |
awk '$1 !~ /^(user@|systemd-)/ { print $1 }' | sort | while read -r unit; do
  echo "$unit $(systemctl show --property=MainPID,NRestarts --value "$unit" | tr '\\n' ' ')"
done`);
}

/** Which of these services run as another process since; one that rests behind its socket does not count. */
export function restarted(
  before: ReadonlyMap<HostName, string>,
  after: ReadonlyMap<HostName, string>,
): string[] {
  return [...before].flatMap(([host, was]) => {
    const now = (after.get(host) ?? "").split("\n");
    const rests = (line: string) =>
      /^libvirtd\.service /.test(line) && !now.some((one) => /^libvirtd\.service /.test(one));
    return was
      .split("\n")
      .filter((line) => !now.includes(line) && !rests(line))
      .map((line) => `${host}: ${line}`);
  });
}

/** Fails if an `up` changes anything, or any service then runs as another process. */
export async function upChangesNothing(): Promise<void> {
  const running = await mainProcesses();
  const { stdout } = expectStatus(await up(), 0);
  assert.doesNotMatch(stdout, /\d+ (created|updated|deleted|replaced)/);
  assert.deepEqual(restarted(running, await mainProcesses()), []);
}

function shown(command: readonly string[]): string {
  return command.map((word) => word.slice(0, 200)).join(" ");
}

function end({ stdout, stderr }: Pick<Ended, "stdout" | "stderr">): string {
  return `${stdout}\n${stderr}`.trim().split("\n").slice(-60).join("\n");
}

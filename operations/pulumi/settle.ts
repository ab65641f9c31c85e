// Called by operations/bin/pulumi with the process id of the CLI that is to be and the words of its command
// line: brings the stack to where the command can run and prints, for the shell, what to set. Standard output
// is evaluated, so whatever a person should read goes to standard error. Where the command looks at hosts,
// this process then begins to, while the CLI starts.
import { spawnSync } from "node:child_process";
import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  mkdirSync,
  openSync,
  writeSync,
} from "node:fs";
import { join, resolve } from "node:path";
import { type Script, sh } from "../../providers/sh.ts";
import { cliFolder, cliVersion } from "../clone.ts";
import { clearDeadLocks, readLocks } from "./locks.ts";
import { clearRemains } from "./remains.ts";
import {
  isInClone,
  projectFolder,
  readProject,
  readSelected,
  type Settings,
  settle,
  socketOf,
  stateFolder,
  testbedStack,
} from "./settings.ts";
import { readWords } from "./words.ts";

const cli = join(cliFolder(), "pulumi");

/** What the shell is to set, and the stack whose hosts are to be looked at. */
interface Launch {
  readonly lines: readonly Script[];
  readonly looksAt?: { readonly stack: string; readonly folder: string };
}

function main(run: number, commandLine: readonly string[]): Launch {
  if (!existsSync(cli)) {
    throw new NotReady(
      `the Pulumi CLI ${cliVersion} is not at ${cli}.\n  Next: npm start, or npm run ready`,
    );
  }
  const words = readWords(commandLine);
  if (!isInClone(resolve(words.folder ?? "."))) return { lines: [sh`quintet_cli=${cli}`] };

  const project = readProject();
  const settings = settle(words, process.env, project, readSelected(process.env, project));
  if (settings.ownState) makeStateFolder();
  if (settings.backendFolder !== undefined && words.needsStack) {
    lookAtLocks(settings, settings.backendFolder, words.locks);
    if (settings.stack === testbedStack) makeStack(settings, settings.backendFolder);
  }
  const variables = {
    ...settings.variables,
    ...(words.looks && { QUINTET_SCOUT: socketOf(run) }),
  };
  return {
    lines: [
      ...(settings.ownState ? [sh`umask 077`] : []),
      ...Object.entries(variables).map(([name, value]) => sh`export ${name}; ${name}=${value}`),
      sh`quintet_cli=${cli}`,
    ],
    ...(words.looks && {
      looksAt: { stack: settings.stack, folder: projectFolder(words.folder) },
    }),
  };
}

/** What keeps the CLI from being started. */
class NotReady extends Error {}

function makeStateFolder(): void {
  try {
    mkdirSync(stateFolder, { recursive: true, mode: 0o700 });
    accessSync(stateFolder, constants.W_OK);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new NotReady(
      `the state cannot be kept in ${stateFolder}: ${reason}\n` +
        "  Next: make that folder writable, or choose another backend with PULUMI_BACKEND_URL",
    );
  }
}

function lookAtLocks(settings: Settings, backendFolder: string, takesLock: boolean): void {
  const locks = readLocks(backendFolder, settings.project, settings.stack);
  const { cleared, holding } = clearDeadLocks(locks);
  for (const { pid } of cleared) {
    console.error(`pulumi: process ${pid} held the stack and is dead; its lock is cleared.`);
  }
  if (holding.length === 0 && clearRemains(backendFolder, settings.project, settings.stack)) {
    console.error("pulumi: what a killed run had half written beside the state is cleared.");
  }
  if (!takesLock) return;
  for (const { pid, machine, since } of holding) {
    console.error(
      `pulumi: process ${pid} on ${machine} has held the stack since ${since}.\n` +
        "  Next: wait until it is done, or stop it with: " +
        `kill -INT ${pid}`,
    );
  }
}

/** The testbed's stack is made on first use, and selected unless another one is. */
function makeStack(settings: Settings, backendFolder: string): void {
  const made = existsSync(
    join(backendFolder, ".pulumi", "stacks", settings.project, `${testbedStack}.json`),
  );
  if (made && !settings.nothingSelected) return;
  const command = settings.nothingSelected
    ? ["stack", "select", testbedStack, "--create"]
    : ["stack", "init", testbedStack, "--no-select"];
  const run = spawnSync(cli, [...command, "--non-interactive"], {
    encoding: "utf8",
    stdio: ["ignore", "ignore", "pipe"],
    env: { ...process.env, ...settings.variables },
  });
  if (run.status !== 0)
    throw new NotReady(`the stack ${testbedStack} cannot be made: ${run.stderr}`);
}

/** The shell waits for the end of what we say; from then on nobody hears us, and nothing waits for us. */
function fallSilent(): void {
  for (const stream of [1, 2]) {
    closeSync(stream);
    // Takes the number that has just become free.
    openSync("/dev/null", "w");
  }
}

try {
  process.umask(0o077);
  const [run, ...commandLine] = process.argv.slice(2);
  const { lines, looksAt } = main(Number(run), commandLine);
  writeSync(1, lines.map((line) => `${line.text}\n`).join(""));
  if (looksAt) {
    fallSilent();
    process.chdir(looksAt.folder);
    // For speed alone: what fails here is tried again by who needs it, and told there. Nobody waits for
    // what it takes to look.
    const { scout } = await import("./scout.ts");
    await scout(looksAt.stack, Number(run));
  }
} catch (error) {
  if (!(error instanceof NotReady)) throw error;
  console.error(`pulumi: ${error.message}`);
  process.exitCode = 1;
}

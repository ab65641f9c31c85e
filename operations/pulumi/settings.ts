import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { delimiter, dirname, join, relative, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { load } from "js-yaml";
import { BadStackFile, stackConfig } from "../../providers/stack-file.ts";
import { cliFolder, clone, notes, pulumiHome } from "../clone.ts";
import type { Words } from "./words.ts";

/** The stack that a fresh clone comes with. */
export const testbedStack = "testbed";

/** The testbed's passphrase, no secret: its hosts and its state never leave this machine. */
export const testbedPassphrase = join(clone, "operations", "testbed-passphrase");

/** Where the state lies unless the user has chosen a backend. */
export const stateFolder = join(notes, "state");

/** Where Node keeps what it has compiled; it judges by the source text what is still good. */
export const compileCache = join(notes, "compiled");

/** As a URL, in which a blank is written as %20: blanks part the options. */
const fromTheStart = pathToFileURL(join(clone, "providers/transport/from-the-start.ts")).href;

/** Growth of the engine's memory in percent after which Go collects its garbage; 100 is Go's own. */
export const garbageCollection = "400";

/** What every Node process of a run is started with. */
export const nodeOptions = `--import=${fromTheStart}`;

/** Where a run's scout listens, from the project's folder: the path of a socket may have 107 bytes. */
export function socketOf(run: number): string {
  return join(".quintet", `scout-${run}.sock`);
}

/** What a command line, the environment and the clone come to. */
export interface Settings {
  readonly project: string;
  /** The stack that the command will work on, by its short name. */
  readonly stack: string;
  /** Nothing names or selects a stack. */
  readonly nothingSelected: boolean;
  /** The folder of a backend on this machine's disk. */
  readonly backendFolder: string | undefined;
  /** The state folder is ours to make and to keep from others' eyes. */
  readonly ownState: boolean;
  /** Variables to set; what the user has set is not among them. */
  readonly variables: Readonly<Record<string, string>>;
}

/** Is this folder in the clone? Outside of it the CLI is left as it is. */
export function isInClone(folder: string): boolean {
  const way = relative(clone, folder);
  return way !== ".." && !way.startsWith("../");
}

/** Decides what is filled in. `selected` is the stack that `pulumi stack select` has chosen. */
export function settle(
  words: Words,
  environment: NodeJS.ProcessEnv,
  project: Project,
  selected: string | undefined,
): Settings {
  const named = words.stack ?? (environment.PULUMI_STACK || undefined) ?? selected;
  const stack = shortName(named ?? testbedStack);
  const backend = environment.PULUMI_BACKEND_URL || project.backend;
  const ownState = !backend && !words.choosesBackend;
  // Without files of attributes, which a CLI that is killed leaves half written; nothing needs them.
  const url = backend || `${pathToFileURL(stateFolder).href}?metadata=skip`;
  return {
    project: project.name,
    stack,
    nothingSelected: named === undefined,
    backendFolder: words.choosesBackend ? undefined : folderOf(url),
    ownState,
    variables: {
      ...(ownState ? { PULUMI_BACKEND_URL: url } : {}),
      ...(stack === testbedStack && !hasPassphrase(environment)
        ? { PULUMI_CONFIG_PASSPHRASE_FILE: testbedPassphrase }
        : {}),
      // The engine collects its garbage a quarter as often: a tenth of a preview's time for some memory.
      ...(environment.GOGC ? {} : { GOGC: garbageCollection }),
      // Every Node process of a run loads hundreds of modules; compiled ones load in half the time.
      NODE_COMPILE_CACHE: environment.NODE_COMPILE_CACHE || compileCache,
      // The engine takes a package in node_modules for a plugin that it has to download, used or not.
      ...(environment[noDownloads] || knowsOfAcceptance(stack, words.folder)
        ? {}
        : { [noDownloads]: "true" }),
      // A provider begins to look before it has loaded, and before it is told what to look at.
      QUINTET_STACK: stack,
      // The launcher fills it in for a command that looks.
      QUINTET_SCOUT: "",
      NODE_OPTIONS: [environment.NODE_OPTIONS, nodeOptions].filter(Boolean).join(" "),
      ...(environment.PULUMI_SKIP_UPDATE_CHECK ? {} : { PULUMI_SKIP_UPDATE_CHECK: "true" }),
      PATH: [join(clone, "node_modules", ".bin"), cliFolder(environment), environment.PATH].join(
        delimiter,
      ),
    },
  };
}

const noDownloads = "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION";

/** Only that needs a plugin, also to take back what it was once switched on for. */
function knowsOfAcceptance(stack: string, folder: string | undefined): boolean {
  try {
    return stackConfig(stack, projectFolder(folder))["quintet:acceptance"] !== undefined;
  } catch (error) {
    if (!(error instanceof BadStackFile)) throw error;
    // The program tells what is wrong with the file.
    return false;
  }
}

/** Where the CLI finds the project that it is called for. */
export function projectFolder(from = "."): string {
  const start = resolve(from);
  for (let folder = start; ; folder = dirname(folder)) {
    if (existsSync(join(folder, "Pulumi.yaml"))) return folder;
    if (folder === dirname(folder)) return start;
  }
}

/** The stack that a command of the project's own works on: found as every command of Pulumi's finds it. */
export function stackOf(words: Words, environment = process.env): string {
  const project = readProject();
  return settle(words, environment, project, readSelected(environment, project)).stack;
}

/** What Pulumi.yaml says that matters here. */
export interface Project {
  readonly name: string;
  readonly backend: string | undefined;
}

/** Reads this clone's Pulumi.yaml. */
export function readProject(): Project {
  // The CLI checks the file's form; here it is only looked at.
  const file = load(readFileSync(join(clone, "Pulumi.yaml"), "utf8")) as {
    name: string;
    backend?: { url?: string };
  };
  return { name: file.name, backend: file.backend?.url };
}

/** The stack chosen by `pulumi stack select`, which the CLI keeps by project and folder. */
export function readSelected(environment: NodeJS.ProcessEnv, project: Project): string | undefined {
  const digest = createHash("sha1").update(join(clone, "Pulumi.yaml")).digest("hex");
  const file = join(
    pulumiHome(environment),
    "workspaces",
    `${project.name}-${digest}-workspace.json`,
  );
  try {
    return JSON.parse(readFileSync(file, "utf8")).stack || undefined;
  } catch {
    // Not there, or half written: either way nothing has been selected.
    return undefined;
  }
}

function hasPassphrase(environment: NodeJS.ProcessEnv): boolean {
  // An empty passphrase is a choice too.
  return (
    environment.PULUMI_CONFIG_PASSPHRASE !== undefined ||
    environment.PULUMI_CONFIG_PASSPHRASE_FILE !== undefined
  );
}

function shortName(stack: string): string {
  return stack.slice(stack.lastIndexOf("/") + 1);
}

function folderOf(url: string): string | undefined {
  if (!url.startsWith("file://")) return undefined;
  const path = url.slice("file://".length).replace(/\?.*$/, "");
  const home = process.env.HOME ?? "";
  if (path === "~" || path.startsWith("~/")) return join(home, path.slice(1));
  // The CLI takes escaped and plain paths alike.
  return /%[0-9A-Fa-f]{2}/.test(path) ? decodeURIComponent(path) : path;
}

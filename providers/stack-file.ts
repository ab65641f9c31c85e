import { readFileSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { load } from "js-yaml";

/** The stack's own file does not say what it should; the message holds the way to mend it. */
export class BadStackFile extends Error {
  constructor(message: string) {
    super(message);
    this.name = "BadStackFile";
    // Pulumi prints the stack beside the message, and an operator has no use for it.
    this.stack = `${this.name}: ${message}`;
  }
}

/** Which hosts promises may not count on just now. */
export interface Availability {
  /** Promises on these hosts, or about them, are left as they are. */
  readonly down: ReadonlySet<string>;
  /**
   * Delete lets go of promises on these without touching the host. They are down as well, and may have
   * left the stack's hosts.
   */
  readonly abandoned: ReadonlySet<string>;
}

/** The config of a stack as its own file has it: full keys, encrypted values still `{secure: …}`. */
export type StackConfig = Readonly<Record<string, unknown>>;

interface Known {
  readonly stamp: string;
  readonly config: StackConfig;
  availability?: Availability;
}

const known = new Map<string, Known>();

/**
 * What the stack's own file says about hosts that are away. It is asked of the file and not of
 * Pulumi, because read and delete run before the program, or without it, and are given the settings
 * of the last `up`.
 * @throws BadStackFile when the file cannot be read for what it says.
 */
export function availability(stack: string): Availability {
  const file = stackFile(stack);
  file.availability ??= availabilityIn(stack, file.config);
  return file.availability;
}

/**
 * The OpenSSH client config that knows the hosts: `QUINTET_SSH_CONFIG`, else the stack's `sshConfig`,
 * else the user's own. Relative paths start at the project's folder.
 */
export function sshConfigPath(stack: string): string {
  const declared = process.env.QUINTET_SSH_CONFIG || stackFile(stack).config["quintet:sshConfig"];
  if (declared !== undefined && typeof declared !== "string") {
    throw wrong(
      stack,
      "sshConfig",
      declared,
      "the path of an OpenSSH client config",
      "~/.ssh/config",
    );
  }
  const path = declared || "~/.ssh/config";
  return path === "~" || path.startsWith("~/") ? join(homedir(), path.slice(1)) : resolve(path);
}

/** The `config` part of the stack's own file; empty when there is no such file yet. The project's folder is the current one. */
export function stackConfig(stack: string, folder?: string): StackConfig {
  return stackFile(stack, folder).config;
}

/** The stack's own file, as the CLI names it. */
export function stackFilePath(stack: string, folder = "."): string {
  return resolve(folder, `Pulumi.${stack.split("/").at(-1)}.yaml`);
}

function stackFile(stack: string, folder?: string): Known {
  const path = stackFilePath(stack, folder);
  const stat = statSync(path, { bigint: true, throwIfNoEntry: false });
  if (!stat) return { stamp: "no such file", config: {} };
  const stamp = `${stat.ino} ${stat.mtimeNs} ${stat.size}`;
  const before = known.get(path);
  if (before?.stamp === stamp) return before;
  const now = { stamp, config: parse(readFileSync(path, "utf8"), path) };
  known.set(path, now);
  return now;
}

function parse(text: string, path: string): StackConfig {
  let file: unknown;
  try {
    file = load(text, { filename: path });
  } catch (error) {
    // Only the reason: js-yaml's message quotes the lines around, and these may hold a secret.
    const reason = error instanceof Error && "reason" in error ? error.reason : error;
    const line = markedLine(error);
    throw new BadStackFile(`${path}${line} is not YAML: ${reason}\n  Next: correct that line.`);
  }
  const config = isObject(file) ? (file.config ?? {}) : {};
  if (isObject(config)) return config;
  throw new BadStackFile(`${path}: config is not a map.\n  Next: see docs/configuration.md.`);
}

function availabilityIn(stack: string, config: StackConfig): Availability {
  const abandoned = new Set(hostNames(stack, config, "abandoned"));
  return { down: new Set([...hostNames(stack, config, "down"), ...abandoned]), abandoned };
}

function markedLine(error: unknown): string {
  const mark = isObject(error) && isObject(error.mark) ? error.mark.line : undefined;
  return typeof mark === "number" ? `, line ${mark + 1},` : "";
}

/** A list of host names, which `config set` without --path stores as the text of one. */
function hostNames(stack: string, config: StackConfig, key: string): readonly string[] {
  const declared = config[`quintet:${key}`] ?? [];
  const list = typeof declared === "string" ? textAsList(declared) : declared;
  if (Array.isArray(list) && list.every((one) => typeof one === "string")) return list;
  throw wrong(stack, key, declared, "a list of host names", "compute3", "[0]");
}

function textAsList(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function wrong(
  stack: string,
  key: string,
  found: unknown,
  allowed: string,
  example: string,
  at = "",
): BadStackFile {
  return new BadStackFile(
    `quintet:${key} in ${stackFilePath(stack)} is ${JSON.stringify(found)}.\n` +
      `  Allowed: ${allowed}.\n` +
      `  Next: pulumi config rm quintet:${key} && pulumi config set --path 'quintet:${key}${at}' ${example}`,
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

import { spawn, spawnSync } from "node:child_process";
import { text } from "node:stream/consumers";
import { clone, ownPulumi } from "./clone.ts";
import { CommandFailed } from "./run.ts";

/** What of a resource in the state this looks at. */
export interface StateResource {
  readonly type: string;
  readonly inputs?: {
    readonly at?: {
      readonly host?: string;
      readonly key?: Readonly<Record<string, unknown>>;
      readonly claim?: string;
    };
  };
  readonly outputs?: Readonly<Record<string, unknown>>;
  /** It stands there to be deleted. */
  readonly delete?: boolean;
}

const words = (stack: string) => ["stack", "export", "--stack", stack, "--non-interactive"];

/** What a stack holds; nothing where its state cannot be read. */
export function resourcesOf(stack: string): readonly StateResource[] {
  const run = spawnSync(ownPulumi, words(stack), {
    encoding: "utf8",
    maxBuffer: 1 << 30,
    stdio: ["ignore", "pipe", "inherit"],
  });
  return run.status === 0 ? resourcesIn(run.stdout) : [];
}

/** The same, for who has something else to do meanwhile; undefined where the state cannot be read. */
export async function exportedResources(
  stack: string,
): Promise<readonly StateResource[] | undefined> {
  const run = spawn(ownPulumi, words(stack), { cwd: clone, stdio: ["ignore", "pipe", "inherit"] });
  const ended = new Promise<number | null>((resolve) => run.on("close", resolve));
  const [exported, status] = await Promise.all([text(run.stdout), ended]);
  return status === 0 ? resourcesIn(exported) : undefined;
}

function resourcesIn(exported: string): readonly StateResource[] {
  return JSON.parse(exported).deployment?.resources ?? [];
}

/**
 * A stack's output in plain text, also a secret one; undefined where there is none.
 * @throws CommandFailed where the outputs cannot be read: that is not a stack without this one
 */
export function outputOf(stack: string, name: string, pulumi = ownPulumi): string | undefined {
  const asked = ["stack", "output", "--json", "--show-secrets", "--stack", stack];
  const run = spawnSync(pulumi, asked, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
  if (run.status !== 0) {
    throw new CommandFailed(
      ["pulumi", ...asked].join(" "),
      run,
      "npx pulumi stack ls names the stacks that there are.",
    );
  }
  const value: unknown = JSON.parse(run.stdout)[name];
  return typeof value === "string" ? value : undefined;
}

/** The address of the dashboard, where there is one. */
export function dashboardOf(resources: readonly StateResource[]): string | undefined {
  const stack = resources.find(({ type }) => type === "pulumi:pulumi:Stack");
  const url = stack?.outputs?.dashboard;
  return typeof url === "string" ? url : undefined;
}

/** The hosts, each with its promises counted by kind ("17 promises: 9 File, 8 Service"). */
export function countPromises(resources: readonly StateResource[]): [string, string][] {
  const hosts = new Map<string, Map<string, number>>();
  for (const { type, inputs } of resources) {
    const host = inputs?.at?.host;
    if (host === undefined) continue;
    const kinds = hosts.get(host) ?? new Map<string, number>();
    const kind = kindOf(type);
    hosts.set(host, kinds.set(kind, (kinds.get(kind) ?? 0) + 1));
  }
  return [...hosts].sort(([one], [other]) => one.localeCompare(other)).map(inWords);
}
/** "pulumi-nodejs:dynamic/host:IniFile" is an IniFile. */
export function kindOf(type: string): string {
  return type.slice(type.lastIndexOf(":") + 1);
}

function inWords([host, kinds]: [string, Map<string, number>]): [string, string] {
  const counts = [...kinds].sort(([one], [other]) => one.localeCompare(other));
  const all = counts.reduce((sum, [, count]) => sum + count, 0);
  const list = counts.map(([kind, count]) => `${count} ${kind}`).join(", ");
  return [host, `${all} ${all === 1 ? "promise" : "promises"}: ${list}`];
}

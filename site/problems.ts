/** Names and numbers from the top of the config down to the place: ["hosts", 2, "address"]. */
export type Path = readonly (string | number)[];

/** One thing that is wrong with the stack's config. */
export interface Problem {
  readonly path: Path;
  /** What stands there; never the value of a secret. */
  readonly found: string;
  readonly allowed: string;
  /** The command that mends it. */
  readonly fix: string;
}

/** The stack's config cannot be used; the message names each reason and the command that mends it. */
export class BadConfig extends Error {
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    super(`${count(problems.length)} in the stack's config.\n\n${problems.map(told).join("\n\n")}`);
    this.name = "BadConfig";
    this.problems = problems;
    // Pulumi prints the stack beside the message, and an operator has no use for it.
    this.stack = `${this.name}: ${this.message}`;
  }
}

function count(problems: number): string {
  return problems === 1 ? "1 problem" : `${problems} problems`;
}

function told({ path, found, allowed, fix }: Problem): string {
  return `${pathText(path)}: found ${found}.\n  Allowed: ${allowed}.\n  Fix:     ${fix}`;
}

/** The path as the CLI takes it: quintet:hosts[2].address */
export function pathText(path: Path): string {
  const [top = "", ...rest] = path;
  const below = rest.map((part) => {
    if (typeof part === "number") return `[${part}]`;
    return /^[\w-]+$/.test(part) ? `.${part}` : `[${JSON.stringify(part)}]`;
  });
  return `quintet:${top}${below.join("")}`;
}

/** The command that sets a value; the CLI itself asks for a secret one, so that no shell remembers it. */
export function set(path: Path, value: string | number | boolean): string {
  return `pulumi config set --path ${quoted(pathText(path))} ${quoted(String(value))}`;
}

/** The command that asks for a secret and sets it. */
export function setSecret(path: Path): string {
  return `pulumi config set --secret --path ${quoted(pathText(path))}`;
}

/** The command that takes a key, or a place in a list, away. */
export function remove(path: Path): string {
  return `pulumi config rm --path ${quoted(pathText(path))}`;
}

function quoted(word: string): string {
  return /^[\w./:@%+,-]+$/.test(word) && !word.includes(":")
    ? word
    : `'${word.replaceAll("'", `'\\''`)}'`;
}

/**
 * A POSIX sh program to run on a host. Only the `sh` tag makes one, so that everything that was put
 * into it has been quoted.
 */
export class Script {
  readonly text: string;
  /** The secret values in it, for error messages to leave out. */
  readonly secrets: readonly string[];
  constructor(text: string, secrets: readonly string[], _made: typeof byTheTag) {
    this.text = text;
    this.secrets = secrets;
  }
  toString(): string {
    return this.text;
  }
}
const byTheTag = Symbol("made by the sh tag");

/** A value that must not be seen: quoted like any other, and left out of every message. */
export class Secret {
  readonly #value: string;
  constructor(value: string) {
    this.#value = value;
  }
  reveal(): string {
    return this.#value;
  }
  toString(): string {
    return "[secret]";
  }
  toJSON(): string {
    return "[secret]";
  }
}

type Part = string | number | Script | Secret | readonly (string | number | Secret)[];

/**
 * Builds a script. Strings and numbers are quoted as one word each, an array as several words, and a
 * `Script` goes in as it is. Backslashes are the template's own: double those that the shell shall see
 * (all but `\n` and `\t`, which mean the same to both). Leading indentation of the template is kept: sh does not mind, but a
 * heredoc would, so use `printf '%s\n'`.
 *
 * The whole script travels on standard input, so no value is in an argv of the transport. Inside the
 * script only builtins (`printf`, `test`, `case`) may take a secret as an argument: what an external
 * program gets as an argument, `ps` shows.
 * @example sh`chmod ${"0640"} ${path}`
 */
export function sh(strings: TemplateStringsArray, ...parts: readonly Part[]): Script {
  const lost = /(?<!\\)(?:\\\\)*(\\[^nt\\`$\n])/.exec(strings.raw.join(" "))?.[1];
  if (lost) throw new TypeError(`the template would eat the backslash of ${lost}: write \\${lost}`);
  const secrets: string[] = [];
  let text = strings[0] ?? "";
  for (const [index, part] of parts.entries()) {
    text += render(part, secrets) + (strings[index + 1] ?? "");
  }
  return new Script(text, secrets, byTheTag);
}

/** Puts scripts one after another, each on lines of its own. */
export function lines(scripts: readonly Script[]): Script {
  return new Script(
    scripts.map((script) => script.text).join("\n"),
    scripts.flatMap((script) => script.secrets),
    byTheTag,
  );
}

function render(part: Part, secrets: string[]): string {
  if (part instanceof Script) {
    secrets.push(...part.secrets);
    return part.text;
  }
  if (part instanceof Secret) {
    secrets.push(part.reveal());
    return quote(part.reveal());
  }
  if (typeof part === "object") return part.map((one) => render(one, secrets)).join(" ");
  return quote(String(part));
}

function quote(word: string): string {
  if (word.includes("\0")) throw new TypeError("a NUL byte cannot be part of a shell word");
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

import { globSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import SSHConfig, { type Directive, type Line, type Section } from "ssh-config";

// As deep as OpenSSH follows one Include in another.
const deepest = 16;
const parsed = new Map<string, SSHConfig>();

/**
 * What OpenSSH finds for a host name in a client config, and in what that includes: the values of each
 * keyword, in small letters, in the order in which it found them. `user` is one given with the name.
 * @throws Error with a sentence about the file that cannot be read, or that includes itself.
 */
export function lookUp(name: string, file: string, user?: string) {
  const config = new SSHConfig();
  // A user without a config of their own has an empty one, as in OpenSSH.
  const maybeAbsent = file === home("~/.ssh/config");
  for (const line of withIncludes(read(file, maybeAbsent), file, 0)) config.push(line);
  return compute(config);

  function* withIncludes(lines: Iterable<Line>, from: string, depth: number): Generator<Line> {
    for (const line of lines) {
      if (isSection(line)) yield* parts(line, from, depth);
      else if (isInclude(line)) yield* included(line, from, depth);
      else yield line;
    }
  }

  function* included(line: Directive, from: string, depth: number): Generator<Line> {
    if (depth >= deepest) {
      throw new Error(`${from} includes more than ${deepest} files in one another, or itself`);
    }
    for (const pattern of words(line)) {
      // glob(3) sorts: another order would let a host find another value first.
      for (const path of globSync(inSshFolder(pattern)).sort()) {
        yield* withIncludes(read(path, true), path, depth + 1);
      }
    }
  }

  /** The parser knows no section in a section, so one with an Include is cut in two around it. */
  function* parts(section: Section, from: string, depth: number): Generator<Line> {
    let part = { ...section, config: new SSHConfig() };
    for (const line of section.config) {
      if (!isInclude(line)) {
        part.config.push(line);
        continue;
      }
      yield part;
      if (isAbout(section)) yield* included(line, from, depth);
      part = { ...section, config: new SSHConfig() };
    }
    yield part;
  }

  /** What was read so far is asked along, because a Match looks at what it has found. */
  function isAbout(section: Section): boolean {
    const question = new SSHConfig();
    for (const line of config) question.push(line);
    question.push({ ...section, config: SSHConfig.parse("SectionIsAboutThisHost yes") });
    return "sectionisaboutthishost" in compute(question);
  }

  function compute(lines: SSHConfig): Record<string, string | string[]> {
    const wanted = user === undefined ? { Host: name } : { Host: name, User: user };
    // A `Match exec` never matches: the parser would run it in another way than OpenSSH does.
    return lines.compute(wanted, { ignoreCase: true, matchExec: false });
  }
}

/** A path as OpenSSH's client config has it: `~` is the user's home. */
export function home(path: string): string {
  return resolve(path.replace(/^~(?=\/|$)/, homedir()));
}

function inSshFolder(pattern: string): string {
  return /^[~/]/.test(pattern) ? home(pattern) : join(home("~/.ssh"), pattern);
}

function isInclude(line: Line): line is Directive {
  return "param" in line && line.param.toLowerCase() === "include";
}

function isSection(line: Line): line is Section {
  return "config" in line;
}

function words({ value }: Directive): string[] {
  return typeof value === "string" ? [value] : value.map(({ val }) => val);
}

function read(file: string, maybeAbsent: boolean): SSHConfig {
  const known = parsed.get(file);
  if (known) return known;
  const config = SSHConfig.parse(text(file, maybeAbsent));
  parsed.set(file, config);
  return config;
}

function text(file: string, maybeAbsent: boolean): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (maybeAbsent && (code === "ENOENT" || code === "EISDIR")) return "";
    throw new Error(`${file} cannot be read (${error instanceof Error ? error.message : error})`);
  }
}

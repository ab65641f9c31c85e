import type { z } from "zod";
import { checkAcceptance } from "./checks/acceptance.ts";
import { checkDashboard } from "./checks/dashboard.ts";
import { checkHosts } from "./checks/hosts.ts";
import { checkNetworks, freeLanAddresses } from "./checks/networks.ts";
import { checkPasswords } from "./checks/passwords.ts";
import { checkStorage } from "./checks/storage.ts";
import { checkTenant } from "./checks/tenant.ts";
import type { Draft } from "./draft.ts";
import { BadConfig, type Path, type Problem, remove, set, setSecret } from "./problems.ts";
import { holdsText, keysAt, nearest, saidAt } from "./said.ts";
import { type SiteConfig, schema } from "./schema.ts";
import { holdsPrivateKey, type IsSecret, touching, within } from "./secrets.ts";

type Tree = Record<string, unknown>;

/**
 * The config that these texts hold, checked in all that needs no connection. A structured value is the
 * JSON of it, as the engine hands it over.
 * @param secrets the keys or paths that are encrypted: "quintet:passwords.nova"
 * @throws BadConfig with every problem there is.
 */
export function readConfig(
  texts: Readonly<Record<string, string>>,
  secrets: ReadonlySet<string>,
): SiteConfig {
  const tree = decode(texts);
  const isHidden = touching(secrets);
  const parsed = schema.safeParse(tree);
  const issues = parsed.success ? [] : parsed.error.issues;
  const draft = parsed.success ? parsed.data : wellShaped(tree, issues);
  const nextFree = freeLanAddresses(draft);
  const problems = [
    ...issues.flatMap((issue) => misshapen(issue, tree, nextFree, isHidden)),
    ...checkHosts(draft),
    ...checkNetworks(draft, nextFree),
    ...checkStorage(draft),
    ...checkPasswords(draft, within(secrets)),
    ...checkDashboard(draft, within(secrets)),
    ...checkTenant(draft),
    ...checkAcceptance(draft),
  ];
  if (parsed.success && problems.length === 0) return parsed.data;
  throw new BadConfig(problems);
}

function decode(texts: Readonly<Record<string, string>>): Tree {
  const own = Object.entries(texts).filter(([key]) => key.startsWith("quintet:"));
  return Object.fromEntries(
    own.map(([key, text]) => {
      const name = key.slice("quintet:".length);
      return [name, holdsText(schema, name) ? text : fromJson(text)];
    }),
  );
}

function fromJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function wellShaped(tree: Tree, issues: readonly z.core.$ZodIssue[]): Draft {
  const copy = structuredClone(tree);
  for (const issue of issues) {
    if (issue.code === "unrecognized_keys") {
      for (const key of issue.keys) forget(copy, [...issue.path, key]);
    } else {
      forget(copy, issue.path);
    }
  }
  // What is left has passed the schema: the places that had not are gone.
  return copy as Draft;
}

/** An element of a list leaves a hole, so that the others keep their numbers. */
function forget(tree: Tree, path: readonly PropertyKey[]): void {
  const above = at(tree, path.slice(0, -1));
  const last = path.at(-1);
  if (typeof above === "object" && above !== null && last !== undefined) {
    (above as Record<PropertyKey, unknown>)[last] = undefined;
  }
}

function at(tree: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce(
    // Whatever is not there is undefined, and so is what would be below it.
    (value, part) => (value as Record<PropertyKey, unknown> | null | undefined)?.[part],
    tree,
  );
}

function misshapen(
  issue: z.core.$ZodIssue,
  tree: Tree,
  nextFree: () => string | undefined,
  isHidden: IsSecret,
): readonly Problem[] {
  const path = issue.path.map((part) => (typeof part === "symbol" ? String(part) : part));
  if (issue.code === "unrecognized_keys") {
    const known = keysAt(schema, path);
    return issue.keys.map((key) => unknownKey([...path, key], key, known));
  }
  const { allowed, example, at: below = [] } = saidAt(schema, path);
  const found = at(tree, path);
  const place = [...path, ...below];
  const isAddress = path[0] === "hosts" && path[2] === "address";
  const better = isAddress ? (nextFree() ?? example) : example;
  const command = better === undefined ? setSecret(place) : set(place, better);
  // The CLI does not put a map or list in the place of a plain value by itself.
  const first = found !== undefined && below.length > 0 ? `${remove(path)} && ` : "";
  return [{ path, found: shown(found, path, isHidden), allowed, fix: `${first}${command}` }];
}

function unknownKey(path: Path, key: string, known: readonly string[]): Problem {
  const close = nearest(key, known);
  return {
    path,
    found: `a key that is not known${close === undefined ? "" : ` (did you mean ${close}?)`}`,
    allowed: known.join(", "),
    fix: remove(path),
  };
}

/** What stands at a place, where it may be shown. */
function shown(found: unknown, path: Path, isHidden: IsSecret): string {
  if (found === undefined) return "nothing";
  if (path[0] === "passwords" || path.join() === "dashboard,key" || isHidden(path)) {
    return typeof found === "string" ? `a text of ${found.length} characters` : "a hidden value";
  }
  const text = JSON.stringify(found);
  // Whatever its place: what is pasted there is cut off too late.
  if (holdsPrivateKey(text)) return "a private key, not shown here";
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

import { Ambiguous, Refused } from "../errors.ts";
import type { Answers, Call, Get } from "./contract.ts";

/** One object as an API describes it. */
export type Item = Readonly<Record<string, unknown>> & { readonly id: string };

/** The objects of a collection; none when it was not asked for. */
export function items(answers: Answers, name: string): readonly Item[] {
  // The answer to a question with `list` is that list: the road has looked.
  return (answers[name] as readonly Item[] | undefined) ?? [];
}

/**
 * The one object of that name, or nothing. Names are compared here once more, because a database may
 * take upper and lower case for the same.
 * @throws Ambiguous
 */
export function named(answers: Answers, collection: string, name: string): Item | undefined {
  return only(
    items(answers, collection).filter((item) => item.name === name),
    `${collection} are called ${name}`,
  );
}

/** @throws Ambiguous with all their ids */
export function only(found: readonly Item[], what: string): Item | undefined {
  if (found.length < 2) return found[0];
  const ids = found.map((item) => item.id).join(", ");
  throw new Ambiguous(
    `${found.length} ${what}, and one is promised: ${ids}\n  Next: look which one is in use, and rename or delete the others by their ids.`,
  );
}

/**
 * The id of what a request needs.
 * @throws Refused when it is not there.
 */
export function idOf(found: Item | undefined, what: string): string {
  if (found) return found.id;
  throw new Refused(`there is no ${what}.\n  Next: promise it before what needs it.`);
}

/** A text that APIs leave out, give as null or as nothing at all. */
export function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** A question for a whole collection of Keystone. */
export function collection(list: string, fields: Readonly<Record<string, string>> = {}): Get {
  const query = new URLSearchParams(fields).toString();
  return { service: "identity", path: `/v3/${list}${query && `?${query}`}`, list };
}

/** A request to Keystone. */
export function identity(method: Call["method"], path: string, body?: object): Call {
  return { method, service: "identity", path: `/v3/${path}`, ...(body && { body }) };
}

/** What differs, in words: "description (was absent)". */
export function differing<Value extends object>(
  want: Value,
  have: Value,
): (keyof Value & string)[] {
  // Both are plain values of the kind: their own keys are the managed ones.
  const keys = new Set([...Object.keys(have), ...Object.keys(want)]) as Set<keyof Value & string>;
  return [...keys].filter((key) => want[key] !== have[key]);
}

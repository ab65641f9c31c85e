import { z } from "zod";
import { Ambiguous, Refused } from "../errors.ts";
import { same } from "../values.ts";
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
  return { service: "identity", path: `/v3/${list}${query(fields)}`, list };
}

/** A request to Keystone. */
export const identity = requestTo("identity", "/v3");
/** A request to Nova. */
export const compute = requestTo("compute", "/v2.1");
/** A request to Neutron. */
export const networking = requestTo("network", "/v2.0");

function requestTo(service: string, root: string) {
  return (method: Call["method"], path: string, body?: object): Call => ({
    method,
    service,
    path: `${root}/${path}`,
    ...(body && { body }),
  });
}

/** The end of a question that narrows it down. */
export function query(fields: Readonly<Record<string, string>>): string {
  const text = new URLSearchParams(fields).toString();
  return text && `?${text}`;
}

/** Whose, for what a project has: another project may have the same under the same name. */
export const ofProject = {
  project: z.string().min(1),
  /** The id of its domain. */
  domain: z.string().min(1).default("default"),
};

/** The question for that project: its id is what others know it by. */
export function projects(whose: {
  readonly project: string;
  readonly domain?: string | undefined;
}) {
  const { project, domain = "default" } = whose;
  return collection("projects", { name: project, domain_id: domain });
}

/** A question that makes sense once the project is known. */
export function ofItsProject(project: string, question: (id: string) => Get) {
  return (known: Answers): Get | undefined => {
    const found = named(known, "projects", project);
    return found && question(found.id);
  };
}

/** A question for what a project has in Neutron. */
export function inNetworking(project: string, list: string) {
  return ofItsProject(project, (id) => ({
    service: "network",
    path: `/v2.0/${list.replaceAll("_", "-")}?project_id=${id}`,
    list,
  }));
}

/** What differs, in words: "description (was absent)". */
export function differing<Value extends object>(
  want: Value,
  have: Value,
): (keyof Value & string)[] {
  // Both are plain values of the kind: their own keys are the managed ones.
  const keys = new Set([...Object.keys(have), ...Object.keys(want)]) as Set<keyof Value & string>;
  return [...keys].filter((key) => !same(want[key], have[key]));
}

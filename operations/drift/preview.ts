import { z } from "zod";
import { kindOf } from "../state.ts";

/** One key of a promise that does not hold. */
export interface Difference {
  readonly host: string;
  readonly promise: string;
  readonly key: string;
  readonly found: string;
  readonly wanted: string;
}

/** What a preview says about the hosts. */
export interface Report {
  readonly differences: readonly Difference[];
  /** Why it could not be told, in the operator's words; the message names the host. */
  readonly obstacles: readonly string[];
}

const inputs = z.record(z.string(), z.unknown());
const resource = z.object({
  type: z.string(),
  custom: z.boolean(),
  inputs: inputs.optional(),
  outputs: inputs.nullish(),
});
type Resource = z.infer<typeof resource>;
const preview = z.object({
  steps: z
    .array(
      z.object({
        op: z.string(),
        urn: z.string(),
        oldState: resource.nullish(),
        newState: resource.nullish(),
      }),
    )
    .default([]),
  diagnostics: z
    .array(z.object({ severity: z.string(), message: z.string(), urn: z.string().optional() }))
    .default([]),
});
type Step = z.infer<typeof preview>["steps"][number];

// What lies beside the managed keys at a promise's top level.
const notManaged = ["at", "secrets", "after", "unseen", "__provider"];

/** What the engine puts in place of a value that only the run will know. */
const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** Reads what `pulumi preview --json` prints. */
export function readPreview(json: string): Report {
  const { steps, diagnostics } = preview.parse(JSON.parse(json));
  const errors = diagnostics.filter(({ severity }) => severity === "error");
  const obstacles = errors
    .map(({ message, urn }) => named(message, urn))
    .filter((message) => message !== "preview failed");
  return {
    differences: steps.flatMap(differencesOf),
    obstacles: [
      ...new Set(obstacles.length === 0 && errors.length > 0 ? ["preview failed"] : obstacles),
    ],
  };
}

function named(message: string, urn: string | undefined): string {
  const words = message
    .trim()
    .replace(/^error: /, "")
    .replace(/^Preview failed: /, "");
  return urn === undefined || urn.includes("pulumi:pulumi:Stack")
    ? words
    : `${nameOf(urn)}: ${words}`;
}

function differencesOf(step: Step): Difference[] {
  const { op, oldState, newState } = step;
  const one = newState ?? oldState;
  // A component is drawn by its children.
  if (!one?.custom || one.type.startsWith("pulumi:")) return [];
  const row = { host: hostOf(one), promise: `${kindOf(one.type)} ${nameOf(step.urn)}` };
  switch (op) {
    case "create":
      return [{ ...row, key: "", found: "not promised yet", wanted: "promised" }];
    case "delete":
      return [{ ...row, key: "", found: "promised", wanted: "no longer promised" }];
    case "replace":
      return [{ ...row, key: "", found: placeOf(oldState), wanted: placeOf(newState) }];
    case "update":
      return updated(oldState, newState).map((difference) => ({ ...row, ...difference }));
    default:
      return [];
  }
}

type Keyed = Pick<Difference, "key" | "found" | "wanted">;

function updated(before: Resource | null | undefined, after: Resource | null | undefined): Keyed[] {
  const unseen = before?.inputs?.unseen ?? before?.outputs?.unseen;
  if (unseen !== undefined && unseen !== null && unseen !== "") {
    return [{ key: "", found: `could not be looked at: ${unseen}`, wanted: "to be seen" }];
  }
  const found = before?.inputs ?? {};
  const wanted = after?.inputs ?? {};
  const keys = [...new Set([...Object.keys(found), ...Object.keys(wanted)])]
    .filter((key) => !notManaged.includes(key))
    .filter((key) => JSON.stringify(found[key]) !== JSON.stringify(wanted[key]))
    .sort();
  if (keys.length === 0) {
    return [{ key: "", found: "what it follows changes", wanted: "looked at again" }];
  }
  return keys.map((key) => ({ key, ...side(found[key], wanted[key]) }));
}

function side(found: unknown, wanted: unknown): Pick<Difference, "found" | "wanted"> {
  if (typeof found === "string" && typeof wanted === "string" && /\n./.test(found + wanted)) {
    const [ours, theirs] = [wanted.split("\n"), found.split("\n")];
    const at = ours.findIndex((line, index) => line !== theirs[index]);
    const line = at < 0 ? ours.length : at;
    return {
      found: `line ${line + 1}: ${text(theirs[line])}`,
      wanted: `line ${line + 1}: ${text(ours[line])}`,
    };
  }
  return { found: text(found), wanted: text(wanted) };
}

function text(value: unknown): string {
  if (value === undefined) return "absent";
  if (value === unknown) return "known during up";
  return typeof value === "string" ? value : JSON.stringify(value);
}

function hostOf(one: Resource): string {
  const at = one.inputs?.at;
  // A password or a certificate is on no host.
  if (typeof at !== "object" || at === null || !("host" in at)) return "-";
  return String(at.host);
}

function placeOf(one: Resource | null | undefined): string {
  return text(one?.inputs?.at);
}

function nameOf(urn: string): string {
  return urn.slice(urn.lastIndexOf("::") + 2);
}

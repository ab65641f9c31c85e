import { z } from "zod";

/** What a message says about a key that holds something else. */
export interface Said {
  readonly allowed: string;
  /** A value to put into the command that mends it; left out where the CLI shall ask for it. */
  readonly example?: string | number | boolean;
  /** Where in a list or map the example goes. */
  readonly at?: readonly (string | number)[];
}

const registry = z.registry<Said>();

/** Notes beside a schema what messages say about its place. */
export function say<Schema extends z.ZodType>(schema: Schema, said: Said): Schema {
  registry.add(schema, said);
  return schema;
}

/** What is allowed at a place: said by its schema, or by the nearest one above it. */
export function saidAt(root: z.ZodType, path: readonly PropertyKey[]): Said {
  let said: Said = { allowed: "see docs/configuration.md" };
  let schemaHere: z.core.$ZodType | undefined = root;
  for (const part of [...path, undefined]) {
    schemaHere = bare(schemaHere);
    if (!schemaHere) break;
    said = registry.get(schemaHere) ?? said;
    schemaHere = part === undefined ? undefined : below(schemaHere, part);
  }
  return said;
}

/** The keys that a map at this place may have; none where there is no map. */
export function keysAt(root: z.ZodType, path: readonly PropertyKey[]): readonly string[] {
  let schemaHere = bare(root);
  for (const part of path) schemaHere = bare(schemaHere && below(schemaHere, part));
  return schemaHere instanceof z.ZodObject ? Object.keys(schemaHere.shape) : [];
}

function below(schemaHere: z.core.$ZodType, part: PropertyKey): z.core.$ZodType | undefined {
  if (schemaHere instanceof z.ZodArray) return schemaHere.element;
  return schemaHere instanceof z.ZodObject ? schemaHere.shape[String(part)] : undefined;
}

/** The schema without what says that it may be left out. */
function bare(wrapped: z.core.$ZodType | undefined): z.core.$ZodType | undefined {
  let schemaHere = wrapped;
  while (
    schemaHere instanceof z.ZodOptional ||
    schemaHere instanceof z.ZodDefault ||
    schemaHere instanceof z.ZodPrefault
  ) {
    schemaHere = schemaHere.unwrap();
  }
  return schemaHere;
}

/** True for a top-level key whose value is a plain text, which is not to be read as JSON. */
export function holdsText(root: z.ZodObject, key: string): boolean {
  const schemaHere = bare(root.shape[key]);
  return schemaHere instanceof z.ZodString || schemaHere instanceof z.ZodEnum;
}

/** The known word that is at most two letters away from this one. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const ranked = known.map((one) => ({
    one,
    away: distance(word.toLowerCase(), one.toLowerCase()),
  }));
  return ranked.filter(({ away }) => away <= 2).sort((a, b) => a.away - b.away)[0]?.one;
}

/** How many letters have to be put in, taken out or changed to make one word the other. */
function distance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (const [index, letter] of [...one].entries()) {
    const next = [index + 1];
    for (const [place, otherLetter] of [...other].entries()) {
      const changed = (row[place] ?? 0) + (letter === otherLetter ? 0 : 1);
      next.push(Math.min(changed, (row[place + 1] ?? 0) + 1, (next[place] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}

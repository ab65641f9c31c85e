/** One form for one value: object keys sorted, `undefined` left out. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    part !== null && typeof part === "object" && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}

/** Deep equality of JSON values. */
export function same(one: unknown, other: unknown): boolean {
  return canonical(one ?? null) === canonical(other ?? null);
}

/** The named keys of an object, where it has them. */
export function pick(value: object, keys: Iterable<string>): Record<string, unknown> {
  const wanted = new Set(keys);
  return Object.fromEntries(Object.entries(value).filter(([key]) => wanted.has(key)));
}

// The engine sends this word for a value that is not known yet.
const unknownValue = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** Whether a value, or any part of it, is not known before the run. */
export function isUnknown(value: unknown): boolean {
  if (value === unknownValue) return true;
  return typeof value === "object" && value !== null && Object.values(value).some(isUnknown);
}

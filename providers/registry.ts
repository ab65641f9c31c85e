import type { AnyState } from "./contract.ts";
import { file } from "./file.ts";

/** Every kind of fact about a host. `test/laws.ts` runs the laws for each. */
export const registry: readonly AnyState[] = [file];

/** @throws Error for a name that no kind has: a state that a newer Quintet has written. */
export function kindNamed(name: string): AnyState {
  const kind = registry.find((one) => one.kind === name);
  if (kind) return kind;
  throw new Error(
    `the state holds a ${name}, a kind that this version of Quintet does not know.\n  Next: use the version that made it, or a newer one.`,
  );
}

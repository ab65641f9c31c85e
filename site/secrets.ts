import { type Path, pathText } from "./problems.ts";

/** True where the config keeps a place encrypted. */
export type IsSecret = (path: Path) => boolean;

/**
 * Which places of the config are encrypted, as texts of paths. The engine names whole top-level keys
 * only, also where one value inside is encrypted and its neighbour is not; so the stack's own file is
 * asked as well.
 */
export function secretPlaces(
  config: Readonly<Record<string, unknown>>,
  secretKeys: Iterable<string>,
): ReadonlySet<string> {
  const places = [...secretKeys].flatMap((key) => {
    const inside = encrypted(config[key], [key.replace(/^quintet:/, "")]);
    // Where the file knows of none, the config came by another road: the engine's word counts.
    return inside.length > 0 ? inside : [key];
  });
  return new Set(places);
}

function encrypted(value: unknown, path: Path): readonly string[] {
  if (typeof value !== "object" || value === null) return [];
  if ("secure" in value) return [pathText(path)];
  const parts = Array.isArray(value) ? value.entries() : Object.entries(value);
  return [...parts].flatMap(([part, below]) => encrypted(below, [...path, part]));
}

/** True for the places in the set and for everything below them. */
export function within(places: ReadonlySet<string>): IsSecret {
  return (path) => path.some((_part, index) => places.has(pathText(path.slice(0, index + 1))));
}

/** True where a value is encrypted or some part of it is: such a value must not be shown. */
export function touching(places: ReadonlySet<string>): IsSecret {
  const isSecret = within(places);
  return (path) => isSecret(path) || [...places].some((place) => place.startsWith(pathText(path)));
}

/** True for a text with a private key in it, in whatever form: of OpenSSH, PEM, PuTTY. */
export function holdsPrivateKey(text: string): boolean {
  return /PRIVATE KEY|Private-Lines|PuTTY-User-Key/i.test(text);
}

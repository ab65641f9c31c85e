import { stackConfig } from "../providers/stack-file.ts";
import { secretPlaces } from "./secrets.ts";
import { parseSite, type Site } from "./site.ts";

/**
 * The site of a stack from the stack's own file, for what runs beside the engine. Encrypted values are
 * not there: passwords of one's own are missing.
 * @throws BadConfig with every problem there is, BadStackFile where the file cannot be read.
 */
export function siteOfStack(stack: string): Site {
  const config = stackConfig(stack);
  const texts = Object.entries(config).flatMap(([key, value]) => {
    const text = typeof value === "string" ? value : JSON.stringify(value, visible);
    // Nothing is left of a value that is encrypted as a whole.
    return text === undefined ? [] : [[key, text]];
  });
  return parseSite(Object.fromEntries(texts), secretPlaces(config, []));
}

function visible(_key: string, part: unknown): unknown {
  return typeof part === "object" && part !== null && "secure" in part ? undefined : part;
}

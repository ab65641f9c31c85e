import { readFileSync } from "node:fs";
import { availability, sshConfigPath } from "./stack-file.ts";
import { Pool } from "./transport/pool.ts";

// What connections take, and no more: they can be opened while the rest is loaded.

const pools = new Map<string, Pool>();

/**
 * The connections of this process to a stack's hosts, one each.
 * @throws BadStackFile
 */
export function poolOf(stack: string): Pool {
  const pool = pools.get(stack) ?? new Pool(sshConfigPath(stack));
  pools.set(stack, pool);
  return pool;
}

/** Where it is noted which passwords Keystone has been found to hold. */
export function loginsOf(stack: string): string {
  return `.quintet/logins-${stack}.json`;
}

/** Where it is noted what the last process asked of a stack's hosts, or of its APIs. */
export function memoryOf(of: "hosts" | "apis", stack: string): string {
  return `.quintet/asked-of-${of}-${stack}.json`;
}

/**
 * Must this host not be connected to?
 * @throws BadStackFile
 */
export function isDown(stack: string, host: string): boolean {
  return availability(stack).down.has(host);
}

/**
 * Begins to connect to the hosts that the last process asked. Who needs one that cannot be reached is
 * told why.
 * @throws BadStackFile, and SyntaxError or ENOENT where nothing is noted
 */
export function reachAhead(stack: string): void {
  const noted: object = JSON.parse(readFileSync(memoryOf("hosts", stack), "utf8"));
  for (const host of Object.keys(noted).filter((host) => !isDown(stack, host))) {
    poolOf(stack)
      .client(host)
      .catch(() => undefined);
  }
}

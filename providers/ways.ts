import "./transport/plain-schemas.ts";
import type { SshApi } from "./cloud/api.ts";
import { apiThrough } from "./cloud/api-through-hosts.ts";
import { Logins } from "./cloud/logins.ts";
import { isDown, loginsOf, memoryOf, poolOf } from "./reach.ts";
import { SshHosts } from "./transport/hosts.ts";
import type { Scouted } from "./transport/scouted.ts";

/** How this process asks a stack's hosts, and the APIs behind them. */
export interface Ways {
  readonly hosts: SshHosts;
  readonly api: SshApi;
}

const waysOfStack = new Map<string, Ways>();

/** The same ones for whoever asks. @throws BadStackFile */
export function waysTo(stack: string): Ways {
  const known = waysOfStack.get(stack);
  if (known) return known;
  const skip = (host: string) => isDown(stack, host);
  const hosts = new SshHosts(poolOf(stack), memoryOf("hosts", stack), skip);
  const memory = { file: memoryOf("apis", stack), skip };
  const ways = { hosts, api: apiThrough(hosts, memory, new Logins(hosts, loginsOf(stack))) };
  waysOfStack.set(stack, ways);
  return ways;
}

/**
 * Asks hosts and APIs what the last process was asked, or takes it from who has begun to. Comes back when
 * each host has been reached, or cannot be; whoever asks afterwards finds the answers under way.
 * @throws BadStackFile
 */
export async function askAhead(stack: string, scouted?: Scouted): Promise<void> {
  const { hosts, api } = waysTo(stack);
  api.askAhead(false, scouted);
  await hosts.askAhead(scouted);
}

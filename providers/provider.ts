import { flushCompileCache } from "node:module";
import type { SshApi } from "./cloud/api.ts";
import { apiThrough } from "./cloud/api-through-hosts.ts";
import type { Props } from "./layout.ts";
import { Lifecycle } from "./lifecycle.ts";
import { groundOf } from "./registry.ts";
import { availability, sshConfigPath } from "./stack-file.ts";
import { endWithTheEngine } from "./transport/engine.ts";
import { SshHosts } from "./transport/hosts.ts";

// What the provider objects in the state call (design §4, fact 1). These names and arguments are a
// format: an old state must find them here.

const waysOfStack = new Map<string, { readonly hosts: SshHosts; readonly api: SshApi }>();
endWithTheEngine();
// The engine kills its providers, which then can't write down what they have compiled on their way out.
setTimeout(flushCompileCache, 1000).unref();

function waysOf(stack: string) {
  const lists = availability(stack);
  let ways = waysOfStack.get(stack);
  if (!ways) {
    const memory = (of: string) => `.quintet/asked-of-${of}-${stack}.json`;
    const isDown = (host: string) => lists.down.has(host);
    const hosts = new SshHosts(sshConfigPath(stack), memory("hosts"), isDown);
    ways = { hosts, api: apiThrough(hosts, { file: memory("apis"), skip: isDown }) };
    waysOfStack.set(stack, ways);
  }
  return { ...ways, lists };
}

/** Pulumi's six calls for one kind, on the hosts of one stack. */
function lifecycle(kind: string, { at }: Props, ways = waysOf(at.stack)): Lifecycle {
  const { hosts, api, lists } = ways;
  return new Lifecycle(groundOf(kind, hosts, api), lists);
}

/** The schemas' complaints about a promise. Opens no connection. */
export const check = guarded((kind: string, news: Props) => lifecycle(kind, news).check(news));
/**
 * Looks at the host.
 * @throws HostUnreachable, ScriptFailed or Refused: a host that was not seen has not drifted.
 */
export const read = guarded((kind: string, id: string, props: Props) => {
  const ways = waysOf(props.at.stack);
  ways.api.askAhead();
  return lifecycle(kind, props, ways).read(id, props);
});
/** What is wanted against what `read` saw. Opens no connection. */
export const diff = guarded((kind: string, olds: Props, news: Props) =>
  lifecycle(kind, news).diff(olds, news),
);
/**
 * Makes the promise true.
 * @throws DidNotConverge, ScriptFailed, ApiRefused, CutOff, HostUnreachable or Refused.
 */
export const create = guarded((kind: string, news: Props) => lifecycle(kind, news).create(news));
/** As `create`; and puts back the keys that have left the declaration. */
export const update = guarded((kind: string, olds: Props, news: Props) =>
  lifecycle(kind, news).update(olds, news),
);
/** Puts back what was found. @throws as `create` does; Refused too for a host that is down. */
export const remove = guarded((kind: string, props: Props) => lifecycle(kind, props).delete(props));

/** Pulumi prints an error's stack beside its message; an operator needs the message alone. */
function guarded<Arguments extends unknown[], Result>(
  call: (...args: Arguments) => Result | Promise<Result>,
): (...args: Arguments) => Promise<Result> {
  return async (...args) => {
    try {
      return await call(...args);
    } catch (error) {
      if (error instanceof Error) error.stack = "";
      throw error;
    }
  };
}

import "./transport/plain-schemas.ts";
import { flushCompileCache } from "node:module";
import type { Props } from "./layout.ts";
import { Lifecycle } from "./lifecycle.ts";
import { groundOf } from "./registry.ts";
import { availability } from "./stack-file.ts";
import { endWithTheEngine } from "./transport/engine.ts";
import { waysTo } from "./ways.ts";

// What the provider objects in the state call (design §4, fact 1). These names and arguments are a
// format: an old state must find them here.

endWithTheEngine();
// The engine kills its providers, which then can't write down what they have compiled on their way out.
setTimeout(flushCompileCache, 1000).unref();

/** Pulumi's six calls for one kind, on the hosts of one stack. */
function lifecycle(kind: string, { at }: Props): Lifecycle {
  const { hosts, api } = waysTo(at.stack);
  return new Lifecycle(groundOf(kind, hosts, api), availability(at.stack));
}

/**
 * The schemas' complaints about a promise. Opens no connection.
 * @throws Refused for what cannot be made of what `read` saw.
 */
export const check = guarded((kind: string, ...given: [Props] | [Partial<Props>, Props]) => {
  // What an older state holds gives the wish alone, and nothing of what was seen.
  const [olds, news] = given.length === 1 ? [undefined, given[0]] : given;
  return lifecycle(kind, news).check(news, olds);
});
/**
 * Looks at the host.
 * @throws HostUnreachable, ScriptFailed or Refused: a host that was not seen has not drifted.
 */
export const read = guarded((kind: string, id: string, props: Props) => {
  waysTo(props.at.stack).api.askAhead(true);
  return lifecycle(kind, props).read(id, props);
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

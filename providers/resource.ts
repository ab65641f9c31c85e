import * as pulumi from "@pulumi/pulumi";
import type { Kind } from "./contract.ts";
import { BadPromise } from "./errors.ts";
import { wantedWord } from "./layout.ts";
import "./plain-stacks.ts";
import { endWithTheLanguageHost } from "./transport/engine.ts";
import { canonical } from "./values.ts";

/** A wanted value that must not be seen; a new draw shows in the preview by its number. */
export interface SecretValue {
  readonly value: pulumi.Input<string>;
  readonly draw?: pulumi.Input<number>;
}

/** One promise about one host. */
export interface HostPromise<Key, Value> {
  /** The host's name in the ssh config. */
  readonly host: string;
  /** Where. Known before the run: a promise's place is not another promise's result. */
  readonly key: Key;
  /** What: the managed keys with their wanted values. */
  readonly value: { readonly [Name in keyof Value]: pulumi.Input<Value[Name]> };
  /** Managed keys whose values must not be seen. They are left out of `value`. */
  readonly secrets?: Readonly<Record<string, SecretValue>>;
  /** The `written` outputs of what can disturb this promise, so that it is looked at after them. */
  readonly after?: readonly pulumi.Input<string>[];
  /** Managed keys that speak about another host, by that host's name. */
  readonly about?: Readonly<Record<string, string>>;
}

endWithTheLanguageHost();

const promised = new Map<string, string>();
const providers = new Map<string, pulumi.dynamic.ResourceProvider>();

/**
 * A promise as a Pulumi resource. Each kind has a subclass of five lines. `Wish` is a `Value` in which
 * what has a default may be left out.
 */
export class HostResource<
  Key extends object,
  Value extends object,
  Wish extends object = Value,
> extends pulumi.dynamic.Resource {
  /** Moves whenever this promise wrote to its host. */
  declare readonly written: pulumi.Output<string>;

  /** @throws BadPromise when the program makes the same promise twice. */
  constructor(
    state: Kind<Key, Value, { readonly why: string }>,
    name: string,
    promise: HostPromise<Key, Wish>,
    options?: pulumi.CustomResourceOptions,
    ground: "host" | "cloud" = "host",
  ) {
    refuseTwice(state.kind, promise, name);
    const secrets = Object.entries(promise.secrets ?? {});
    const words = secrets.map(([key, { draw }]) => [
      key,
      pulumi.output(draw).apply((number) => wantedWord({ draw: number })),
    ]);
    const { host, key, about } = promise;
    const props = {
      ...promise.value,
      ...Object.fromEntries(words),
      at: { host, key, claim: name, stack: pulumi.getStack(), ...(about && { about }) },
      ...(secrets.length > 0 && { secrets: pulumi.secret(promise.secrets) }),
      ...(promise.after && { after: promise.after }),
      written: undefined,
    };
    super(providerOf(state.kind), name, props, options, ground, state.kind);
  }
}

function refuseTwice(kind: string, { host, key }: HostPromise<unknown, unknown>, name: string) {
  const place = `${host}\n${kind}\n${canonical(key)}`;
  const other = promised.get(place);
  if (other !== undefined) {
    throw new BadPromise(
      `the promise ${kind} ${canonical(key)} on ${host} is made twice, by ${other} and by ${name}.\n  Next: make it in one place, with the keys of both.`,
    );
  }
  promised.set(place, name);
}

/**
 * One provider object per kind, because the SDK keeps the text of each; and the text holds the kind's
 * name alone, because it is stored in the state with every resource and run from there.
 */
function providerOf(kind: string): pulumi.dynamic.ResourceProvider {
  const known = providers.get(kind);
  if (known) return known;
  const provider: pulumi.dynamic.ResourceProvider = {
    check: async (_olds, news) =>
      (await import(`${process.cwd()}/providers/provider.ts`)).check(kind, news),
    diff: async (_id, olds, news) =>
      (await import(`${process.cwd()}/providers/provider.ts`)).diff(kind, olds, news),
    create: async (news) =>
      (await import(`${process.cwd()}/providers/provider.ts`)).create(kind, news),
    read: async (id, props) =>
      (await import(`${process.cwd()}/providers/provider.ts`)).read(kind, id, props),
    update: async (_id, olds, news) =>
      (await import(`${process.cwd()}/providers/provider.ts`)).update(kind, olds, news),
    delete: async (_id, props) =>
      (await import(`${process.cwd()}/providers/provider.ts`)).remove(kind, props),
  };
  providers.set(kind, provider);
  return provider;
}

import { createHash } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import type { Kind } from "./contract.ts";
import { DynamicResource } from "./dynamic-resource.ts";
import { BadPromise } from "./errors.ts";
import { wantedWord } from "./layout.ts";
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
const writings: pulumi.Output<string>[] = [];
const calls = ["check", "diff", "create", "read", "update", "delete"] as const;

/**
 * A promise as a Pulumi resource. Each kind has a subclass of five lines. `Wish` is a `Value` in which
 * what has a default may be left out.
 */
export class HostResource<
  Key extends object,
  Value extends object,
  Wish extends object = Value,
> extends DynamicResource {
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
    super({ module: ground, file: "provider.ts", calls }, state.kind, name, props, options);
    writings.push(this.written);
  }
}

/** Is another one whenever any promise made so far wrote to its host, and comes after all of them. */
export function allWritten(): pulumi.Output<string> {
  return pulumi
    .all(writings)
    .apply((times) => createHash("sha256").update(times.toSorted().join("\n")).digest("hex"));
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

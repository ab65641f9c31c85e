import * as pulumi from "@pulumi/pulumi";
import type { z } from "zod";

/** What is made by drawing lots, once, and is on no host: it lives in the stack's state alone. */
export interface Drawn<Inputs extends object, Outputs extends object> {
  /** What the program says; brings it to canonical form. */
  readonly inputs: z.ZodType<Inputs>;
  /** Draws. What it returns is all that the next `stale` will know. */
  draw(inputs: Inputs): Promise<Outputs>;
  /** Whether it has to be drawn anew. Pure. */
  stale(drawn: Outputs, inputs: Inputs): boolean;
}

const providers = new Map<string, pulumi.dynamic.ResourceProvider>();

/**
 * A drawn thing as a Pulumi resource. Outputs are to be listed as `undefined` among the properties, so
 * that they are unknown in a preview that would draw anew.
 */
export class DrawnResource extends pulumi.dynamic.Resource {
  constructor(
    kind: string,
    name: string,
    props: pulumi.Inputs,
    secretOutputs: string[],
    options: pulumi.CustomResourceOptions = {},
  ) {
    const additionalSecretOutputs = [...secretOutputs, ...(options.additionalSecretOutputs ?? [])];
    super(providerOf(kind), name, props, { ...options, additionalSecretOutputs }, "drawn", kind);
  }
}

/** One provider object per kind, which holds the kind's name alone: its text is stored in the state. */
function providerOf(kind: string): pulumi.dynamic.ResourceProvider {
  const known = providers.get(kind);
  if (known) return known;
  const provider: pulumi.dynamic.ResourceProvider = {
    check: async (_olds, news) =>
      (await import(`${process.cwd()}/providers/drawn.ts`)).check(kind, news),
    diff: async (_id, olds, news) =>
      (await import(`${process.cwd()}/providers/drawn.ts`)).diff(kind, olds, news),
    create: async (news) =>
      (await import(`${process.cwd()}/providers/drawn.ts`)).create(kind, news),
    update: async (_id, olds, news) =>
      (await import(`${process.cwd()}/providers/drawn.ts`)).update(kind, olds, news),
  };
  providers.set(kind, provider);
  return provider;
}

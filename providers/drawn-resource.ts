import type * as pulumi from "@pulumi/pulumi";
import type { z } from "zod";
import { DynamicResource } from "./dynamic-resource.ts";

/** What is made by drawing lots, once, and is on no host: it lives in the stack's state alone. */
export interface Drawn<Inputs extends object, Outputs extends object> {
  /** What the program says; brings it to canonical form. */
  readonly inputs: z.ZodType<Inputs>;
  /** Draws. What it returns is all that the next `stale` will know. */
  draw(inputs: Inputs): Promise<Outputs>;
  /** Whether it has to be drawn anew. Asks nobody. */
  stale(drawn: Outputs, inputs: Inputs): boolean;
}

const door = {
  module: "drawn",
  file: "drawn.ts",
  calls: ["check", "diff", "create", "update"],
} as const;

/**
 * A drawn thing as a Pulumi resource. Outputs are to be listed as `undefined` among the properties, so
 * that they are unknown in a preview that would draw anew.
 */
export class DrawnResource extends DynamicResource {
  constructor(
    kind: string,
    name: string,
    props: pulumi.Inputs,
    secretOutputs: string[],
    options: pulumi.CustomResourceOptions = {},
  ) {
    const additionalSecretOutputs = [...secretOutputs, ...(options.additionalSecretOutputs ?? [])];
    super(door, kind, name, props, { ...options, additionalSecretOutputs });
  }
}

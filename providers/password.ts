import { randomInt } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { type Drawn, DrawnResource } from "./drawn-resource.ts";

const inputs = z.strictObject({ draw: z.number().int(), own: z.string().min(1).optional() });
type Inputs = z.infer<typeof inputs>;

interface Outputs {
  readonly value: string;
  readonly draw: number;
  readonly origin: "drawn" | "own";
}

// Letters and digits only: it goes through URLs, ini files, SQL and shells, where each other sign means
// something somewhere. 32 of 62 signs are 190 bits.
const signs = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const length = 32;

/** How a password is drawn: 32 letters and digits, or the one that somebody brings. */
export const password = {
  inputs,

  async draw({ draw, own }) {
    if (own !== undefined) return { value: own, draw, origin: "own" };
    const drawn = Array.from({ length }, () => signs[randomInt(signs.length)]);
    return { value: drawn.join(""), draw, origin: "drawn" };
  },

  stale(drawn, { draw, own }) {
    if (own !== undefined) return drawn.value !== own || drawn.draw !== draw;
    return drawn.origin === "own" || drawn.draw !== draw;
  },
} satisfies Drawn<Inputs, Outputs>;

/** Which draw of the password, or whose own it is. */
export interface PasswordArgs {
  /** A counter; when it moves, the password is drawn anew. 1 when left out. */
  readonly draw?: pulumi.Input<number>;
  /** A password of one's own, which takes the place of a drawn one. */
  readonly own?: pulumi.Input<string> | undefined;
}

/** A password, drawn once per stack and kept as a secret in its state. */
export class Password extends DrawnResource {
  /** Secret. */
  declare readonly value: pulumi.Output<string>;
  declare readonly draw: pulumi.Output<number>;

  constructor(
    name: string,
    { draw = 1, own }: PasswordArgs = {},
    options?: pulumi.CustomResourceOptions,
  ) {
    const wished = own === undefined ? {} : { own: pulumi.secret(own) };
    const props = { draw, ...wished, value: undefined };
    super("Password", name, props, ["value"], options);
  }
}

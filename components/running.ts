import type * as pulumi from "@pulumi/pulumi";
import { Service } from "../providers/service.ts";

/** What units read as they start. */
export interface Reading {
  readonly files: readonly string[];
  /** The promises of what they read: the units are looked at again when one of these was written. */
  readonly promised: readonly { readonly written: pulumi.Output<string> }[];
}

/** Promises that units run, now and after a boot, and not on an older config. */
export function running(
  name: string,
  host: string,
  units: readonly string[],
  { files, promised }: Reading,
  options: pulumi.CustomResourceOptions,
): Service[] {
  const value = { enabled: true, active: true, files: [...files] };
  const after = promised.map((one) => one.written);
  return units.map(
    (unit) => new Service(`${name}-${unit}`, { host, key: { unit }, value, after }, options),
  );
}

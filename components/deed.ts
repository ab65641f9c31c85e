import type * as pulumi from "@pulumi/pulumi";
import type { Deed } from "../profiles/openstack.ts";
import { Task } from "../providers/task.ts";

/** Promises a deed; it is looked at again whenever something of `disturbing` was written. */
export function deed(
  name: string,
  host: string,
  { name: what, check, asks, run, undo, cleanUp, seconds }: Deed,
  options: pulumi.CustomResourceOptions,
  disturbing: readonly { readonly written: pulumi.Output<string> }[] = [],
): Task {
  return new Task(
    `${name}-${what}`,
    {
      host,
      key: { name: what },
      value: {
        check: check.text,
        ...(asks !== undefined && { asks }),
        run: run.text,
        ...(undo && { undo: undo.text }),
        ...(cleanUp && { cleanUp: cleanUp.text }),
        seconds,
      },
      ...(disturbing.length > 0 && { after: disturbing.map((one) => one.written) }),
    },
    options,
  );
}

import * as pulumi from "@pulumi/pulumi";
import { nearestOnly, noteFollowing } from "./dependencies.ts";

// For each resource the SDK notes by which lines the program came to make it: paths of this machine, a
// fifth of the state, which tell nothing about the cloud.
Object.assign(pulumi.Resource, { stackTrace: () => [] });

/** The calls of the engine that a provider answers, and how many of their arguments come before ours. */
const skipped = { check: 0, diff: 1, create: 0, read: 0, update: 1, delete: 1 };

/** Where the calls of one sort of resource are answered. */
export interface Door {
  /** The second part of the type's name: "host" shows as `pulumi-nodejs:dynamic/host:File`. */
  readonly module: string;
  /** A file under providers/; it exports a function for each call, which is given the kind first. */
  readonly file: string;
  /** The calls that it answers. */
  readonly calls: readonly (keyof typeof skipped)[];
}

/**
 * A resource of Pulumi's dynamic provider. The SDK's own class makes the stored text out of an object's
 * source, for which each run of a program loads a compiler; the text that comes of it is six times as
 * long as it has to be, and is stored, sent and logged with every resource several times a run.
 */
export class DynamicResource extends pulumi.CustomResource {
  constructor(
    door: Door,
    kind: string,
    name: string,
    props: pulumi.Inputs,
    options: pulumi.CustomResourceOptions = {},
  ) {
    const stored = { ...props, __provider: storedProvider(door, kind) };
    const host = props.at?.host;
    const lean = nearestOnly(options, host);
    super(`pulumi-nodejs:dynamic/${door.module}:${kind}`, name, stored, lean);
    noteFollowing(this, lean, host);
  }
}

/** Run by the provider process as a CommonJS module, from this version's state and from older ones'. */
function storedProvider({ file, calls }: Door, kind: string): string {
  const methods = calls.map((call) => {
    const name = call === "delete" ? "remove" : call;
    return `${call}:(...a)=>f("${name}",a.slice(${skipped[call]}))`;
  });
  return [
    `const f=async(call,given)=>(await import(process.cwd()+"/providers/${file}"))[call]("${kind}",...given);`,
    `exports.handler=()=>({${methods.join(",")}});`,
  ].join("\n");
}

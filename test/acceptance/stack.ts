import { expectStatus, pulumi } from "./cloud.ts";

/** A resource as it lies in the state. */
export interface StateResource {
  readonly urn: string;
  readonly type: string;
  readonly inputs?: Readonly<Record<string, unknown>>;
  readonly outputs?: Readonly<Record<string, unknown>>;
}

/** The state of the stack, secrets encrypted unless they are asked for. */
export async function exported(...words: readonly string[]): Promise<string> {
  return expectStatus(await pulumi(["stack", "export", ...words]), 0).stdout;
}

/** The resources of the stack; none before the first up and after destroy. */
export async function resources(...words: readonly string[]): Promise<readonly StateResource[]> {
  return JSON.parse(await exported(...words)).deployment?.resources ?? [];
}

import type { Kind } from "./contract.ts";
import type { At } from "./layout.ts";
import type { Step } from "./transport/write.ts";

export type Value = Record<string, unknown>;
type Secrets = Readonly<Record<string, string>>;

/** What is there before a change. */
export interface Looked {
  /** The text of the record, or nothing. */
  readonly recorded: string;
  readonly live: Value | undefined;
  /** What the kind's `keep` said. */
  readonly kept: string;
}

/**
 * Where the facts of one kind are looked at and changed: the shell of a host, or a cloud's API. The
 * lifecycle knows no more of it than this. `secrets` are the wanted ones, for facts that can only be
 * tried: they must not get into what is kept about a question.
 */
export interface Ground {
  // biome-ignore lint/suspicious/noExplicitAny: a ground serves kinds of every Key and Value.
  readonly kind: Kind<any, any, any>;
  /**
   * The live value, which may have been seen ahead of time.
   * @throws Unseen
   */
  see(at: At, declared: Value | undefined, secrets: Secrets): Promise<Value | undefined>;
  /** What is there now, whatever was seen before. `wanted` is what will be kept word of. */
  look(
    at: At,
    record: string,
    declared: Value | undefined,
    secrets: Secrets,
    wanted?: Value,
  ): Promise<Looked>;
  /** Notes, then makes the edits in order up to the first that fails, then looks again. */
  change(
    at: At,
    notes: readonly Step[],
    edits: readonly { readonly why: string }[],
    declared: Value | undefined,
    secrets: Secrets,
  ): Promise<Value | undefined>;
  /** Writes to the records alone, which are kept on the promise's host whatever the ground. */
  note(at: At, step: Step): Promise<void>;
}

import type { SiteConfig } from "./schema.ts";

type Partly<T> = T extends readonly (infer Element)[]
  ? readonly (Partly<Element> | undefined)[]
  : T extends object
    ? { readonly [Key in keyof T]?: Partly<T[Key]> | undefined }
    : T;

/**
 * The config without what has the wrong shape: whatever is there has the right one. So what can be
 * checked in the rest is checked in the same run, and all problems are told at once.
 */
export type Draft = Partly<SiteConfig>;

/** A host of the draft, and where it stands in the list. */
export interface DraftHost {
  readonly host: NonNullable<NonNullable<Draft["hosts"]>[number]>;
  readonly at: readonly ["hosts", number];
}

/** The hosts that have a shape at all. */
export function draftHosts(draft: Draft): readonly DraftHost[] {
  return (draft.hosts ?? []).flatMap((host, index) =>
    host ? [{ host, at: ["hosts", index] as const }] : [],
  );
}

/** What to call a host in a message. */
export function called({ host, at }: DraftHost): string {
  return host.name ?? `hosts[${at[1]}]`;
}

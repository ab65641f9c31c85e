import { isUnknown, pick } from "./values.ts";

/** Where a promise holds, and whose it is. It stands in the state as the input `at`. */
export interface At {
  /** The host's name in the ssh config. */
  readonly host: string;
  readonly key: Record<string, unknown>;
  /** The resource's name. */
  readonly claim: string;
  /** The stack, whose own file says what is down and where the ssh config lies. */
  readonly stack: string;
  /** Managed keys that speak about another host: they are left as they are while it is down. */
  readonly about?: Record<string, string>;
}

/** A wanted secret: its value, and the draw it comes from, so that a new draw shows by name. */
export interface WantedSecret {
  readonly value: string;
  readonly draw?: number;
}

/**
 * A promise as it lies in the state: managed keys flat at the top, so that a preview names each, and
 * beside them what is not a managed key. Stored states must stay readable: this is a format.
 */
export interface Props {
  readonly at: At;
  readonly secrets?: Record<string, WantedSecret>;
  readonly after?: readonly unknown[];
  /** Outputs only: what is declared, beside what was seen, which stands flat. */
  readonly declared?: Record<string, unknown>;
  /** Outputs only: moves whenever the promise wrote to the host. */
  readonly written?: string;
  /** Why the live value could not be seen. */
  readonly unseen?: string;
  /** Outputs only: the thing was not there at all. */
  readonly absent?: boolean;
  readonly [managed: string]: unknown;
}

const notManaged = new Set([
  "at",
  "secrets",
  "after",
  "declared",
  "written",
  "unseen",
  "absent",
  "__provider",
]);

/** The managed keys of a promise, flat as they lie. */
export function managed(props: Partial<Props>): Record<string, unknown> {
  return pick(
    props,
    Object.keys(props).filter((key) => !notManaged.has(key) && props[key] !== undefined),
  );
}

/** The word that stands in place of a wanted secret. */
export function wantedWord(secret: { readonly draw?: unknown }): string {
  return typeof secret.draw === "number" ? `in place, draw ${secret.draw}` : "in place";
}

/** The wanted secrets themselves, by the names of their keys. */
export function secretsOf(props: Props): Record<string, string> {
  const secrets = Object.entries(props.secrets ?? {});
  return Object.fromEntries(secrets.map(([key, secret]) => [key, secret.value]));
}

/** What is held in place of a secret: the secret itself, or its hash. */
export type Held = (name: string, secret: string) => string;

/** The wanted value, with what shall be held in place of the secrets' words. */
export function withSecrets(props: Props, held: Held): Record<string, unknown> {
  const secrets = Object.entries(secretsOf(props)).map(([key, secret]) => [key, held(key, secret)]);
  return { ...managed(props), ...Object.fromEntries(secrets) };
}

/** A live value with words in place of its secret keys. */
export function withWords(
  live: Record<string, unknown>,
  props: Props,
  held: Held,
): Record<string, unknown> {
  const words = Object.entries(props.secrets ?? {})
    .filter(([key]) => live[key] !== undefined)
    .map(([key, secret]) => [
      key,
      live[key] === held(key, secret.value) ? wantedWord(secret) : "differs",
    ]);
  return { ...live, ...Object.fromEntries(words) };
}

/** Whether anything that decides about the promise is not known before the run. */
export function hasUnknown(props: Props): boolean {
  return isUnknown(managed(props)) || isUnknown(props.secrets) || isUnknown(props.after);
}

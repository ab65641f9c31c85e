import type { HostPromise, SecretValue } from "./resource.ts";

/** What accounts have in common, whatever they are accounts of. */
export interface Account {
  /** "absent" alone: there is to be none. */
  readonly state?: string;
  /** Its hash; the password itself goes into `secrets.password`. */
  readonly password?: string;
}

/** A promise about an account: a password in `secrets`, never in `value`; or that there is none. */
export type AccountPromise<Key, Value extends Account> =
  | (HostPromise<Key, Omit<Value, "password" | "state">> & {
      readonly secrets: { readonly password: SecretValue };
    })
  | (Omit<HostPromise<Key, Value>, "value" | "secrets"> & {
      readonly value: { readonly state: "absent" };
    });

/** Whether a password is a word in a secret's place, or a hash of the form that is held. */
export function isWordOr(hash: RegExp, password: string): boolean {
  return /^in place(, draw \d+)?$/.test(password) || hash.test(password);
}

/**
 * The whole account is what an account's promise speaks about, so that a right which nobody declared
 * is drift. Its hash is seen only where a password is declared: it then stands as a word in the state.
 */
export function ownAccount<Value extends Account>(
  declared: Value,
  have: Value,
  hidden: readonly string[] = [],
): Value {
  const own = Object.entries(have).filter(([name]) => !hidden.includes(name));
  const seen = {
    ...("state" in declared && { state: "present" }),
    ...("password" in declared && Object.fromEntries(own)),
  };
  // A part of a value whose properties are all optional is one as well.
  return seen as unknown as Value;
}

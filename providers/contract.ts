import type { z } from "zod";
import type { Script } from "./sh.ts";
import type { Undo } from "./transport/guard.ts";

/** One edit to a host: why, in the operator's words, and the script that makes it. */
export interface Change {
  /** Verb, thing, old value: "set [DEFAULT] my_ip in /etc/nova/nova.conf (was absent)". Never a secret. */
  readonly why: string;
  /** Safe to run again from its middle; its standard output is ignored. */
  readonly script: Script;
  /** For an edit that can cut us off. What comes after it waits until a new connection has confirmed. */
  readonly undo?: Undo;
  /** How long the script may take, in seconds; 120 when left out. */
  readonly seconds?: number;
  /**
   * For what takes long: it waits until nothing quick waits on this host. Its words are told meanwhile to
   * the scripts that run before it, in `$announced`, and they may do along what this one would. Words that
   * begin with "-" are of what goes.
   */
  readonly announces?: readonly string[];
}

/**
 * What the lifecycle knows of a kind of fact, wherever it is: on a host, or behind an API. `Edit` is
 * how one difference is mended there.
 *
 * `Value` is an object whose properties are the managed keys (a file's `content`, `owner`, `mode`;
 * an ini file's `database/connection`): they lie flat at the resource's top level, so that the
 * preview names each. Values are JSON: strings, numbers, booleans, arrays and plain objects.
 */
export interface Kind<Key, Value extends object, Edit extends { readonly why: string }> {
  /** "IniFile" lives in ini-file.ts. */
  readonly kind: string;
  /** Where. A change of it replaces: what the old key promised is put back first. */
  readonly key: z.ZodType<Key>;
  /** What. A change of it updates in place. Parsing brings a wish to canonical form. */
  readonly value: z.ZodType<Value>;
  /**
   * Edits that turn `have` into `want`; none means it holds. Pure.
   *
   * `have` is already cut down by `own` to what is managed, so a key that `have` holds and `want`
   * does not is one to take away; `undefined` on either side is the thing as a whole.
   * Several edits are run in order; each must be safe to run again.
   * `gone` names hosts that are gone for good, whether they are still promised or not: what has other
   * hosts for members lets these go by force, takes none of them in, and takes itself apart without them.
   * @throws Refused for what would cost data; the message holds the way to do it by hand.
   */
  converge(
    key: Key,
    want: Value | undefined,
    have: Value | undefined,
    gone?: ReadonlySet<string>,
  ): Edit[];
  /** What of the live value the declaration speaks about (an ini file's declared keys). Left out: all of it. */
  own?(declared: Value, have: Value): Value;
  /** Edits that bring back what `keep` wrote down. `found` is the value before our first change. */
  putBack?(key: Key, kept: string, found: Value | undefined, have: Value | undefined): Edit[];
  /**
   * What is held in place of a secret, where that is not the secret itself: a hash that comes out the
   * same every time. `parse` returns such a one, `converge` gets it, and the secret stays here. Pure.
   */
  held?(key: Key, name: string, secret: string): string;
  /** The host that all of it is about, where another one is asked: while that one is down, it is left alone. */
  subject?(key: Key): string;
}

/** One kind of fact about a host that can be read and made true. */
export interface HostState<Key, Value extends object> extends Kind<Key, Value, Change> {
  /** Read-only; exits 0 when the thing is absent; holds no secret, takes no lock of a cluster. */
  probe(key: Key, declared?: Value): Script;
  /**
   * A look that is made once for all promises that have it and are asked about together; its output is
   * in `$shared` when a probe runs. Its arguments are the words; a promise that has none of them does
   * without the look. What it does not tell is not absent.
   */
  readonly shared?: {
    readonly look: Script;
    word(key: Key, declared?: Value): string | undefined;
  };
  /**
   * Canonical; `undefined` means absent and nothing else. Pure.
   * @throws Unseen when what would answer cannot be asked just now, and the same run can repair that.
   */
  parse(stdout: string, key: Key, declared?: Value): Value | undefined;
  /**
   * For kinds whose value does not hold all that must come back at destroy (a file's bytes, what an
   * install brought along): a read-only script, run before the first change, whose standard output is
   * kept in the record on the host.
   */
  keep?(key: Key, want: Value): Script;
  /** Default time limit of the probe, in seconds; 20 when left out. */
  readonly probeSeconds?: number;
}

/** Any kind, for the registry and the lifecycle, which do not care which. */
// biome-ignore lint/suspicious/noExplicitAny: the registry holds kinds of every Key and Value.
export type AnyState = HostState<any, any>;

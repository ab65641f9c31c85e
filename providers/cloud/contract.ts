import { z } from "zod";
import type { Kind } from "../contract.ts";
import type { Secret } from "../sh.ts";

/** A question to a service's API: a collection that several promises may share, or one object. */
export const get = z
  .strictObject({
    /** The service's type in the catalog: "identity", "compute". */
    service: z.string(),
    /** From the service's root, with its version: "/v3/users?name=nova". */
    path: z.string(),
    /** The name of the collection in the answer, whose pages are then read to the last one. */
    list: z.string().exactOptional(),
  })
  .readonly();
export type Get = z.infer<typeof get>;

/** A password cannot be read, only tried. The answer is true or false. */
export interface Login {
  readonly login: {
    readonly user: string;
    readonly domain: string;
    readonly password: Secret;
  };
}

/** What was answered so far, by the names that the probe gave to its questions. */
export type Answers = Readonly<Record<string, unknown>>;

/**
 * What to look at, in order. A question may be built from the answers before it (an id that another
 * collection knows); one that makes no sense without them is left out.
 */
export type Probe = Readonly<
  Record<string, Get | Login | ((answers: Answers) => Get | Login | undefined)>
>;

/** One request as it is sent. */
export interface Call {
  readonly method: "POST" | "PUT" | "PATCH" | "DELETE";
  readonly service: string;
  readonly path: string;
  /** JSON, in which a `Secret` is sent but never shown. */
  readonly body?: object;
  /** What the body is, where that is not plain JSON. */
  readonly type?: string;
  /** Sent in place of a body. */
  readonly upload?: Upload;
}

/** A file beside the program, which is sent as it is. */
export interface Upload {
  /** From the project's folder. */
  readonly path: string;
  /** What it must be: "sha512:" and the digest in hexadecimal. */
  readonly checksum: string;
}

/** One edit to what an API keeps: why, in the operator's words, and the request that makes it. */
export interface Request {
  /** Verb, thing, old value. Never a secret. */
  readonly why: string;
  /**
   * Built when its turn comes, from what the probe finds then, so that ids are never carried over.
   * Nothing when there is nothing to send any more.
   */
  readonly call: (answers: Answers) => Call | undefined;
}

/**
 * One kind of fact that an OpenStack API can tell and make true. It differs from a `HostState` in two
 * things: `probe` names questions and not a script, and `converge` returns requests.
 */
export interface CloudState<Key, Value extends object> extends Kind<Key, Value, Request> {
  /** Questions only. `secrets` are there when what has to be tried is known. */
  probe(
    key: Key,
    declared: Partial<Value> | undefined,
    secrets: Readonly<Record<string, string>>,
  ): Probe;
  /**
   * Canonical; `undefined` means absent and nothing else. Pure.
   * @throws Ambiguous when two objects have the promised name.
   */
  parse(
    answers: Answers,
    key: Key,
    declared: Partial<Value> | undefined,
    secrets: Readonly<Record<string, string>>,
  ): Value | undefined;
}

/** Any kind, for the registry and the ground, which do not care which. */
// biome-ignore lint/suspicious/noExplicitAny: the registry holds kinds of every Key and Value.
export type AnyCloudState = CloudState<any, any>;

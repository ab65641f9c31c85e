import { createHash } from "node:crypto";
import { createConnection } from "node:net";
import { HostUnreachable } from "../errors.ts";
import type { UnderWay } from "./under-way.ts";

/** What a scout tells, a line of JSON each. */
export type Told =
  /** First of all: the lists of which it will tell. */
  | { readonly lists: readonly string[] }
  /** Without an answer: there is none, whoever needs it asks. */
  | { readonly list: string; readonly index: number; readonly answer?: unknown }
  /** How it went with the host; null when it let us in. */
  | { readonly list: string; readonly unreachable: Reason | null };

type Reason = Pick<HostUnreachable, "host" | "reason" | "next">;

/** Who is asked: a host itself, or the APIs behind it. */
export type Asked = "hosts" | "apis";

/** The name by which scout and provider know that they mean the same questions in the same order. */
export function listName(asked: Asked, host: string, questions: readonly unknown[]): string {
  const text = JSON.stringify([asked, host, questions]);
  return createHash("sha256").update(text).digest("base64url");
}

/**
 * What the launcher's scout (operations/pulumi/scout.ts) asks while the CLI starts. Where there is none, or
 * it ends, what it has not told counts as not asked.
 */
export class Scouted {
  readonly #lists = new Map<string, List>();
  /** Those that the scout asks, once it has said so. */
  #asked: ReadonlySet<string> | undefined;
  readonly #met = Promise.withResolvers<boolean>();
  #over = false;

  /** @param path the scout's socket */
  constructor(path: string) {
    const socket = createConnection(path);
    socket.once("connect", () => this.#met.resolve(true));
    socket.once("error", () => this.#met.resolve(false));
    socket.once("close", () => this.#end());
    // A line ends with \n alone: readline has more ends, and hosts' answers hold them.
    let begun = "";
    socket.setEncoding("utf8").on("data", (more: string) => {
      const lines = more.split("\n");
      lines[0] = begun + lines[0];
      begun = lines.pop() ?? "";
      for (const line of lines) this.#hear(line);
    });
    // Who has nothing else to do does not wait for it.
    socket.unref();
  }

  /** Is somebody there? */
  met(): Promise<boolean> {
    return this.#met.promise;
  }

  /** What the scout asks, or has asked. */
  underWay<Answer>(asked: Asked, host: string, questions: readonly unknown[]): UnderWay<Answer> {
    const name = listName(asked, host, questions);
    const list = this.#list(name);
    const answers = questions.map((_, index) => list.answer(index) as Promise<Answer | undefined>);
    if (this.#over || this.#asked?.has(name) === false) list.end();
    return { answers, reached: list.reached };
  }

  #list(name: string): List {
    const list = this.#lists.get(name) ?? new List();
    this.#lists.set(name, list);
    return list;
  }

  #hear(line: string): void {
    let told: Told;
    try {
      told = JSON.parse(line);
    } catch {
      // The last line of a scout that was killed while it wrote.
      return;
    }
    if ("lists" in told) this.#begin(told.lists);
    else if ("index" in told) this.#list(told.list).take(told.index, told.answer);
    else this.#list(told.list).arrive(told.unreachable);
  }

  #begin(lists: readonly string[]): void {
    this.#asked = new Set(lists);
    for (const [name, list] of this.#lists) if (!this.#asked.has(name)) list.end();
  }

  #end(): void {
    this.#over = true;
    for (const list of this.#lists.values()) list.end();
  }
}

type Coming = PromiseWithResolvers<unknown>;

class List {
  readonly #answers = new Map<number, Coming>();
  readonly #reached = Promise.withResolvers<HostUnreachable | undefined>();
  readonly reached = this.#reached.promise;
  /** What becomes of answers that are not there when no more are to come. */
  #last: ((coming: Coming) => void) | undefined;

  answer(index: number): Promise<unknown> {
    return this.#coming(index).promise;
  }

  take(index: number, answer: unknown): void {
    this.#coming(index).resolve(answer);
  }

  /** Nobody tries once more to reach a host that has just not been reached. */
  arrive(unreachable: Reason | null): void {
    const { host, reason, next } = unreachable ?? {};
    const error = host && reason ? new HostUnreachable(host, reason, next ?? "") : undefined;
    this.#reached.resolve(error);
    if (error) this.#close((coming) => coming.reject(error));
  }

  end(): void {
    this.#reached.resolve(undefined);
    this.#close((coming) => coming.resolve(undefined));
  }

  #close(last: (coming: Coming) => void): void {
    this.#last ??= last;
    for (const coming of this.#answers.values()) this.#last(coming);
  }

  #coming(index: number): Coming {
    const known = this.#answers.get(index);
    if (known) return known;
    const coming: Coming = Promise.withResolvers();
    this.#answers.set(index, coming);
    // Not every answer is waited for.
    coming.promise.catch(() => undefined);
    this.#last?.(coming);
    return coming;
  }
}

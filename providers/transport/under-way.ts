import { HostUnreachable } from "../errors.ts";
import { exchange } from "./exchange.ts";
import type { Answer, Question } from "./frames.ts";
import type { Pool } from "./pool.ts";

/** Questions that somebody has been asked, one answer each. */
export interface UnderWay<Answered> {
  /** `undefined` where none came: who needs it asks again. Rejected where a host cannot be reached. */
  readonly answers: readonly Promise<Answered | undefined>[];
  /** Why the host was not reached; settled before the last answer. */
  readonly reached: Promise<HostUnreachable | undefined>;
}

/** Sends a host all of its questions; answers are there as they come. */
export function askAll(pool: Pool, host: string, questions: readonly Question[]): UnderWay<Answer> {
  const coming = questions.map(() => Promise.withResolvers<Answer | undefined>());
  const settle = (all: readonly Answer[]) => {
    for (const [index, one] of coming.entries()) one.resolve(all[index]);
  };
  // A failure here is no answer: whoever asks for it asks the host itself and sees the reason.
  exchange(pool, host, questions, (answer, index) => coming[index]?.resolve(answer)).then(
    settle,
    () => settle([]),
  );
  const reached = pool.client(host).then(
    () => undefined,
    (error: unknown) => (error instanceof HostUnreachable ? error : undefined),
  );
  return { answers: coming.map((one) => one.promise), reached };
}

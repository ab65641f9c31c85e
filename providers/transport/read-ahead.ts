import { readFileSync } from "node:fs";
import { z } from "zod";
import type { Answer, Question } from "./frames.ts";
import { keep } from "./kept.ts";

/**
 * The memory of what the last process was asked, host by host. The engine asks for little at once; this
 * list lets the first question of a run send every host all of its questions. It holds questions, in
 * which there are no secrets, and no answers. A list that is missing, stale or wrong costs time and
 * nothing else.
 */
export class ReadAhead<Asked extends object> {
  readonly #file: string | undefined;
  readonly #list: z.ZodType<Record<string, Asked[]>>;
  readonly #quietMilliseconds: number;
  readonly #asked = new Map<string, Map<string, Asked>>();
  #before: Record<string, Asked[]> | undefined;
  #saving: NodeJS.Timeout | undefined;

  /** Without a file nothing is remembered. When nothing was asked for so long, that is what is remembered. */
  constructor(file: string | undefined, asked: z.ZodType<Asked>, quietMilliseconds = 5000) {
    this.#file = file;
    this.#quietMilliseconds = quietMilliseconds;
    this.#list = z.record(z.string(), z.array(asked));
  }

  /** Per host, what the last process was asked. */
  questions(): ReadonlyMap<string, readonly Asked[]> {
    return new Map(Object.entries(this.#last()));
  }

  /** From now on questions are to be expected: where none comes for a while, the list ends. */
  expect(): void {
    this.#saving ??= setTimeout(() => this.#save(), this.#quietMilliseconds).unref();
  }

  /** Notes a question for the next process; the file is written when questions stop coming in. */
  note(host: string, question: Asked): void {
    if (this.#file === undefined) return;
    const asked = this.#asked.get(host) ?? new Map<string, Asked>();
    asked.set(JSON.stringify(question), question);
    this.#asked.set(host, asked);
    clearTimeout(this.#saving);
    this.#saving = setTimeout(() => this.#save(), 250).unref();
  }

  #last(): Record<string, Asked[]> {
    if (this.#before) return this.#before;
    if (this.#file === undefined) return {};
    try {
      const list = this.#list.safeParse(JSON.parse(readFileSync(this.#file, "utf8")));
      this.#before = list.data ?? {};
    } catch {
      this.#before = {};
    }
    // Missing or broken: this process asks one by one and writes a new list.
    return this.#before;
  }

  #save(): void {
    if (this.#file === undefined) return;
    const asked: Record<string, Asked[]> = {};
    for (const [host, questions] of [...this.#asked].sort()) asked[host] = [...questions.values()];
    if (JSON.stringify(asked) === JSON.stringify(this.#last())) return;
    if (keep(this.#file, JSON.stringify(asked))) this.#before = asked;
  }
}

/** The same script after another look is another question. */
function questionKey({ text, shared }: Question): string {
  return JSON.stringify([text, shared?.text, shared?.word]);
}

/** Answers that came ahead of their questions; each is taken once, and a write makes them void. */
export class Ahead {
  readonly #answers = new Map<string, Map<string, Promise<Answer | undefined>>>();

  put(host: string, question: Question, answer: Promise<Answer | undefined>): void {
    const ofHost = this.#answers.get(host) ?? new Map<string, Promise<Answer | undefined>>();
    ofHost.set(questionKey(question), answer);
    this.#answers.set(host, ofHost);
  }

  take(host: string, question: Question): Promise<Answer | undefined> | undefined {
    const key = questionKey(question);
    const answer = this.#answers.get(host)?.get(key);
    this.#answers.get(host)?.delete(key);
    return answer;
  }

  drop(host: string): void {
    this.#answers.delete(host);
  }
}

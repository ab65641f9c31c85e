import { setTimeout } from "node:timers/promises";
import type { Step } from "./write.ts";

interface Turn {
  readonly steps: readonly Step[];
  begin(announced: readonly string[]): Promise<void>;
}

/**
 * Whose turn it is on one host: one write at a time. What announces itself takes long (packages come or
 * go): it comes after all that does not, so that others on this host and elsewhere need not wait for it,
 * and more of what is announced comes with it.
 */
export class Turns {
  readonly #patience: number;
  readonly #waiting: Turn[] = [];
  #taken = false;

  /** `patience` is how long a long one waits for others to come, in milliseconds, from the last that came. */
  constructor(patience: number) {
    this.#patience = patience;
  }

  /** `work` is given what the steps that still wait have announced. */
  take<T>(steps: readonly Step[], work: (announced: readonly string[]) => Promise<T>): Promise<T> {
    return new Promise((done, fail) => {
      this.#waiting.push({ steps, begin: (announced) => work(announced).then(done, fail) });
      if (!this.#taken) void this.#goOn();
    });
  }

  async #goOn(): Promise<void> {
    this.#taken = true;
    while (this.#waiting.length > 0) {
      const quick = this.#waiting.findIndex(({ steps }) => !steps.some((step) => step.announces));
      const waiting = this.#waiting.length;
      if (quick < 0) await setTimeout(this.#patience);
      if (this.#waiting.length > waiting) continue;
      const [turn] = this.#waiting.splice(Math.max(0, quick), 1);
      await turn?.begin(this.#waiting.flatMap(announcedBy));
    }
    this.#taken = false;
  }
}

function announcedBy({ steps }: Turn): string[] {
  return steps.flatMap((step) => step.announces ?? []);
}

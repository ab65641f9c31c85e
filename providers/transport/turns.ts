import { setTimeout } from "node:timers/promises";
import type { Step } from "./write.ts";

interface Turn {
  readonly steps: readonly Step[];
  /** Whether one before has been told of it, and may have done it. */
  told: boolean;
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
      this.#waiting.push({
        steps,
        told: false,
        begin: (announced) => work(announced).then(done, fail),
      });
      if (!this.#taken) void this.#goOn();
    });
  }

  async #goOn(): Promise<void> {
    this.#taken = true;
    while (this.#waiting.length > 0) {
      const next = this.#waiting.findIndex((turn) => turn.told || !isLong(turn));
      const waiting = this.#waiting.length;
      if (next < 0) await setTimeout(this.#patience);
      if (this.#waiting.length > waiting) continue;
      const [turn] = this.#waiting.splice(Math.max(0, next), 1);
      const announced = this.#waiting.flatMap(announcedBy);
      if (turn && isLong(turn)) for (const other of this.#waiting) other.told = true;
      await turn?.begin(announced);
    }
    this.#taken = false;
  }
}

function isLong({ steps }: Turn): boolean {
  return steps.some((step) => step.announces);
}

function announcedBy({ steps }: Turn): string[] {
  return steps.flatMap((step) => step.announces ?? []);
}

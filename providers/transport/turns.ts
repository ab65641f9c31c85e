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
  readonly #waiting: Turn[] = [];
  #taken = false;

  /** `work` is given what the steps that still wait have announced. */
  take<T>(steps: readonly Step[], work: (announced: readonly string[]) => Promise<T>): Promise<T> {
    return new Promise((done, fail) => {
      this.#waiting.push({ steps, begin: (announced) => work(announced).then(done, fail) });
      if (!this.#taken) void this.#goOn();
    });
  }

  async #goOn(): Promise<void> {
    this.#taken = true;
    for (let turn = this.#next(); turn; turn = this.#next()) {
      await turn.begin(this.#waiting.flatMap(announcedBy));
    }
    this.#taken = false;
  }

  #next(): Turn | undefined {
    const quick = this.#waiting.findIndex(({ steps }) => !steps.some((step) => step.announces));
    return this.#waiting.splice(Math.max(0, quick), 1)[0];
  }
}

function announcedBy({ steps }: Turn): string[] {
  return steps.flatMap((step) => step.announces ?? []);
}

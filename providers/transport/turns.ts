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
  #lastLong = 0;
  #somebodyCame: (() => void) | undefined;

  /** `patience` is how long a long one waits for others like it, in milliseconds, from the last that came. */
  constructor(patience: number) {
    this.#patience = patience;
  }

  /** `work` is given what the steps that still wait have announced. */
  take<T>(steps: readonly Step[], work: (announced: readonly string[]) => Promise<T>): Promise<T> {
    return new Promise((done, fail) => {
      const begin = (announced: readonly string[]) => work(announced).then(done, fail);
      const turn = { steps, told: false, begin };
      this.#waiting.push(turn);
      if (isLong(turn)) this.#lastLong = Date.now();
      this.#somebodyCame?.();
      if (!this.#taken) void this.#goOn();
    });
  }

  async #goOn(): Promise<void> {
    this.#taken = true;
    while (this.#waiting.length > 0) {
      const quick = this.#waiting.findIndex((turn) => turn.told || !isLong(turn));
      const early = this.#lastLong + this.#patience - Date.now();
      if (quick < 0 && early > 0) await this.#somebodyComesWithin(early);
      else await this.#begin(Math.max(0, quick));
    }
    this.#taken = false;
  }

  async #begin(index: number): Promise<void> {
    const [turn] = this.#waiting.splice(index, 1);
    if (!turn) return;
    const announced = this.#waiting.flatMap(announcedBy);
    for (const other of this.#waiting) other.told ||= mayBeDoneWith(other, turn);
    await turn.begin(announced);
  }

  async #somebodyComesWithin(milliseconds: number): Promise<void> {
    await new Promise<void>((go) => {
      this.#somebodyCame = go;
      setTimeout(go, milliseconds);
    });
    this.#somebodyCame = undefined;
  }
}

function isLong({ steps }: Turn): boolean {
  return steps.some((step) => step.announces);
}

function announcedBy({ steps }: Turn): string[] {
  return steps.flatMap((step) => step.announces ?? []);
}

/** What comes may come with what comes, and what goes may go with what goes. */
function mayBeDoneWith(other: Turn, turn: Turn): boolean {
  const [[word], [otherWord]] = [announcedBy(turn), announcedBy(other)];
  if (word === undefined || otherWord === undefined) return false;
  return word.startsWith("-") === otherWord.startsWith("-");
}

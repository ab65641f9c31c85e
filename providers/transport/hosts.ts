import type { Duplex } from "node:stream";
import { HostUnreachable, ScriptFailed } from "../errors.ts";
import { carryOut } from "./carry-out.ts";
import { exchange } from "./exchange.ts";
import { type Answer, type Question, question } from "./frames.ts";
import type { Pool } from "./pool.ts";
import { Ahead, ReadAhead } from "./read-ahead.ts";
import type { Scouted } from "./scouted.ts";
import { Turns } from "./turns.ts";
import { askAll } from "./under-way.ts";
import type { Step } from "./write.ts";

/** What the lifecycle needs of the hosts. The tests of the laws bring a shell of their own. */
export interface Hosts {
  /** A question that may have been answered ahead of time. */
  probe(host: string, question: Question): Promise<Answer>;
  /** Questions that are answered now, whatever was answered before. */
  ask(host: string, questions: readonly Question[]): Promise<Answer[]>;
  /**
   * Runs the steps in order under the host's lock, then asks. The first step that fails ends it, and
   * what comes after a guarded edit waits until a new connection has confirmed that one.
   * @throws ScriptFailed, HostUnreachable, CutOff
   */
  write(host: string, steps: readonly Step[], then: readonly Question[]): Promise<Answer[]>;
}

interface Gathering {
  waiting: {
    question: Question;
    done: (answer: Answer) => void;
    fail: (error: unknown) => void;
  }[];
  inFlight: boolean;
}

// Long enough for the calls that the engine makes at once, short enough to cost nothing.
const gatherMilliseconds = 4;
// What follows one change comes within that time, also from an engine that has to do; a run of apt takes five seconds.
const patienceMilliseconds = 1000;

/**
 * The hosts as they are reached over SSH: one connection each, at most three channels on it (what is
 * asked ahead, what is asked now, what is written), because sshd allows ten.
 */
export class SshHosts implements Hosts {
  readonly #pool: Pool;
  readonly #memory: ReadAhead<Question>;
  readonly #skip: (host: string) => boolean;
  readonly #patience: number;
  readonly #ahead = new Ahead();
  /** Hosts that still look for what they were asked ahead. */
  readonly #looking = new Map<string, Promise<unknown>>();
  readonly #gathering = new Map<string, Gathering>();
  readonly #turns = new Map<string, Turns>();
  #reached: Promise<HostUnreachable | undefined>[] | undefined;

  /** `skip` names hosts that must not be connected to (they are declared down). */
  constructor(
    pool: Pool,
    memoryFile: string | undefined,
    skip: (host: string) => boolean,
    patience = patienceMilliseconds,
  ) {
    this.#patience = patience;
    this.#pool = pool;
    this.#memory = new ReadAhead(memoryFile, question);
    this.#skip = skip;
  }

  /**
   * Asks, once, what the last process was asked, or takes it from who has begun to; comes back when every
   * host has been reached, or not.
   */
  async askAhead(scouted?: Scouted): Promise<void> {
    this.#reached ??= this.#askAhead(scouted);
    await Promise.all(this.#reached);
  }

  async probe(host: string, question: Question): Promise<Answer> {
    this.#reached ??= this.#askAhead();
    this.#memory.note(host, question);
    try {
      const ahead = await this.#ahead.take(host, question);
      return ahead ?? (await this.#gather(host, question));
    } catch (error) {
      if (!(error instanceof HostUnreachable)) throw error;
      const others = (await Promise.all(this.#reached)).filter((other) => other !== undefined);
      throw HostUnreachable.together([error, ...others.filter((other) => other.host !== host)]);
    }
  }

  ask(host: string, questions: readonly Question[]): Promise<Answer[]> {
    return Promise.all(questions.map((question) => this.#gather(host, question)));
  }

  write(host: string, steps: readonly Step[], then: readonly Question[]): Promise<Answer[]> {
    const turns = this.#turns.get(host) ?? new Turns(this.#patience);
    this.#turns.set(host, turns);
    return turns.take(steps, (announced) => this.#write(host, steps, then, announced));
  }

  /**
   * A socket from a host to what it can reach.
   * @throws HostUnreachable; Unseen when nobody listens there.
   */
  dial(host: string, address: string, port: number): Promise<Duplex> {
    return this.#pool.dial(host, address, port);
  }

  close(): Promise<void> {
    return this.#pool.close();
  }

  #askAhead(scouted?: Scouted): Promise<HostUnreachable | undefined>[] {
    const hosts = [...this.#memory.questions()].filter(([host]) => !this.#skip(host));
    return hosts.map(([host, questions]) => {
      const { answers, reached } =
        scouted?.underWay<Answer>("hosts", host, questions) ?? askAll(this.#pool, host, questions);
      for (const [index, question] of questions.entries()) {
        this.#ahead.put(host, question, answers[index] ?? Promise.resolve(undefined));
      }
      this.#looking.set(host, Promise.allSettled(answers));
      return reached;
    });
  }

  #gather(host: string, question: Question): Promise<Answer> {
    const gathering = this.#gathering.get(host) ?? { waiting: [], inFlight: false };
    this.#gathering.set(host, gathering);
    return new Promise((done, fail) => {
      gathering.waiting.push({ question, done, fail });
      if (gathering.waiting.length === 1 && !gathering.inFlight) {
        setTimeout(() => this.#flush(host, gathering), gatherMilliseconds);
      }
    });
  }

  async #flush(host: string, gathering: Gathering): Promise<void> {
    const batch = gathering.waiting.splice(0);
    gathering.inFlight = true;
    try {
      const answers = await exchange(
        this.#pool,
        host,
        batch.map((one) => one.question),
      );
      for (const [index, one] of batch.entries()) {
        const answer = answers[index];
        if (answer) one.done(answer);
        else one.fail(new ScriptFailed(`${host}: the answer to a probe is missing`));
      }
    } catch (error) {
      for (const one of batch) one.fail(error);
    }
    gathering.inFlight = false;
    if (gathering.waiting.length > 0) await this.#flush(host, gathering);
  }

  async #write(
    host: string,
    steps: readonly Step[],
    then: readonly Question[],
    announced: readonly string[],
  ) {
    // What nobody waits for any more is out of the way of what is written.
    await this.#looking.get(host);
    this.#ahead.drop(host);
    try {
      return await carryOut(this.#pool, host, steps, then, announced);
    } finally {
      this.#ahead.drop(host);
    }
  }
}

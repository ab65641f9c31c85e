import type { AnyState, Change } from "./contract.ts";
import { ScriptFailed } from "./errors.ts";
import type { Ground, Looked, Value } from "./ground.ts";
import type { At } from "./layout.ts";
import { readRecord, said } from "./record.ts";
import { sh } from "./sh.ts";
import type { Answer, Question } from "./transport/frames.ts";
import type { Hosts } from "./transport/hosts.ts";
import type { Step } from "./transport/write.ts";

const probeSeconds = 20;

/**
 * Facts that a host's shell reads and changes. Record, probe and what is kept travel together, as do
 * edits and the look after them: one exchange each.
 */
export class HostGround implements Ground {
  readonly kind: AnyState;
  readonly #hosts: Hosts;

  constructor(state: AnyState, hosts: Hosts) {
    this.kind = state;
    this.#hosts = hosts;
  }

  async see(at: At, declared: Value | undefined): Promise<Value | undefined> {
    const answer = await this.#hosts.probe(at.host, this.#question(at, declared));
    return this.#parse(at, answer, declared);
  }

  async look(
    at: At,
    record: string,
    declared: Value | undefined,
    _secrets: unknown,
    wanted?: Value,
  ): Promise<Looked> {
    const [recorded, probed, kept] = await this.#hosts.ask(at.host, [
      { text: readRecord(record).text, seconds: probeSeconds },
      this.#question(at, declared),
      ...(wanted ? [{ text: this.#keepUnless(record, at, wanted), seconds: 120 }] : []),
    ]);
    const live = this.#parse(at, probed, declared);
    return {
      recorded: said(recorded, record, at.host),
      live,
      kept: wanted ? said(kept, "what has to come back at destroy", at.host) : "",
    };
  }

  async change(
    at: At,
    notes: readonly Step[],
    edits: readonly Change[],
    declared: Value | undefined,
  ): Promise<Value | undefined> {
    const question = this.#question(at, declared);
    const [after] = await this.#hosts.write(at.host, [...notes, ...edits], [question]);
    return this.#parse(at, after, declared);
  }

  async note(at: At, step: Step): Promise<void> {
    await this.#hosts.write(at.host, [step], []);
  }

  #keepUnless(record: string, at: At, wanted: Value): string {
    const keep = this.kind.keep?.(at.key, wanted) ?? sh`:`;
    return sh`if [ ! -e ${record} ]; then ${keep}
fi`.text;
  }

  #question(at: At, declared: Value | undefined): Question {
    const { probeSeconds: seconds = probeSeconds, shared } = this.kind;
    const { text } = this.kind.probe(at.key, declared);
    const word = shared?.word(at.key, declared);
    if (!shared || word === undefined) return { text, seconds };
    return { text, seconds, shared: { text: shared.look.text, word } };
  }

  #parse(at: At, answer: Answer | undefined, declared: Value | undefined): Value | undefined {
    if (answer?.status === 0) return this.kind.parse(answer.stdout, at.key, declared);
    const what = answer?.status === 124 ? "did not end in time" : `status ${answer?.status}`;
    throw new ScriptFailed(`could not be read: ${what}: ${answer?.stderr ?? ""}`);
  }
}

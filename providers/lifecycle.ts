import type { AnyState } from "./contract.ts";
import { DidNotConverge, Refused, ScriptFailed, Unseen } from "./errors.ts";
import {
  type At,
  type Held,
  hasUnknown,
  managed,
  type Props,
  withSecrets,
  withWords,
} from "./layout.ts";
import {
  type HostRecord,
  parseRecord,
  readRecord,
  recordPath,
  removeRecord,
  writeRecord,
} from "./record.ts";
import { sh } from "./sh.ts";
import type { Answer, Question } from "./transport/frames.ts";
import type { Hosts } from "./transport/hosts.ts";
import { isUnknown, pick, same } from "./values.ts";

type Value = Record<string, unknown>;

/** Hosts that the stack's own file declares unavailable. `abandoned` ones are `down` as well. */
export interface Availability {
  readonly down: ReadonlySet<string>;
  readonly abandoned: ReadonlySet<string>;
}

const probeSeconds = 20;

/** Pulumi's six calls, derived once from a kind's contract (design §3). */
export class Lifecycle {
  readonly #state: AnyState;
  readonly #hosts: Hosts;
  readonly #availability: Availability;

  constructor(state: AnyState, hosts: Hosts, availability: Availability) {
    this.#state = state;
    this.#hosts = hosts;
    this.#availability = availability;
  }

  /** Both schemas. Pure; a value that is not known yet passes. */
  check(news: Props): { inputs: Props; failures: { property: string; reason: string }[] } {
    const key = this.#state.key.safeParse(news.at.key);
    const value = isUnknown(managed(news))
      ? { success: true as const, data: managed(news) }
      : this.#state.value.safeParse(managed(news));
    const failures = [key, value].flatMap((result) =>
      result.success
        ? []
        : result.error.issues.map((issue) => ({
            property: issue.path.map(String).join(".") || "value",
            reason: `${this.#name(news.at)}: ${issue.message}`,
          })),
    );
    const inputs = {
      ...news,
      ...(value.success && value.data),
      ...(key.success && { at: { ...news.at, key: key.data } }),
    };
    return { inputs, failures };
  }

  /** Looks at the host. What was seen stands in the inputs, so that the next diff repairs it. */
  async read(id: string, props: Props): Promise<{ id: string; props: Props; inputs?: Props }> {
    const { at } = props;
    if (this.#availability.down.has(at.host)) return { id, props };
    const answer = await this.#hosts.probe(at.host, this.#question(at, props.declared));
    try {
      const live = this.#cut(props.declared ?? {}, this.#parse(at, answer, props.declared));
      const seen = live && { ...live, ...this.#aboutDownHosts(at, props.declared) };
      const outputs = this.#outputs(props, props.declared ?? {}, seen, props.written ?? "");
      return { id, props: outputs, inputs: inputsOf(outputs) };
    } catch (error) {
      if (!(error instanceof Unseen)) throw error;
      const unseen = { ...props, unseen: error.message };
      return { id, props: unseen, inputs: { ...inputsOf(props), unseen: error.message } };
    }
  }

  /** Pure: what is wanted against what `read` has just seen. */
  diff(olds: Props, news: Props) {
    const moved = olds.at.host !== news.at.host || !same(olds.at.key, news.at.key);
    if (moved) return { changes: true, replaces: ["at"], deleteBeforeReplace: true };
    if (this.#availability.down.has(news.at.host)) return { changes: false };
    if (hasUnknown(news)) return { changes: true };
    const want = managed(news);
    const have = olds.absent ? undefined : managed(olds);
    const left = Object.keys(olds.declared ?? {}).some((key) => !(key in want));
    const changes =
      olds.unseen !== undefined ||
      left ||
      !same(olds.secrets ?? {}, news.secrets ?? {}) ||
      !same(olds.after ?? [], news.after ?? []) ||
      this.#state.converge(news.at.key, want, have).length > 0;
    return { changes };
  }

  async create(news: Props) {
    const id = `${news.at.host}:${Object.values(news.at.key).join(" ")}`;
    return { id, outs: await this.#makeTrue(news, undefined) };
  }

  async update(olds: Props, news: Props) {
    return { outs: await this.#makeTrue(news, olds) };
  }

  /** Puts back what was found, if the record is still this promise's own. */
  async delete(props: Props): Promise<void> {
    const { at } = props;
    if (this.#availability.abandoned.has(at.host)) return;
    if (this.#availability.down.has(at.host)) {
      throw new Refused(
        `${this.#name(at)} cannot be put back: ${at.host} is declared down.\n  Next: bring the host up and take it out of quintet:down, or add it to quintet:abandoned to let go of it.`,
      );
    }
    const path = recordPath(this.#state.kind, at.key);
    const question = this.#question(at, props.declared);
    const [recorded, probed] = await this.#ask(at, [
      { text: readRecord(path).text, seconds: probeSeconds },
      question,
    ]);
    const record = parseRecord(recorded.stdout, `${at.host}: ${path}`);
    if (record?.claim !== at.claim) return;
    const scope = { ...props.declared, ...Object.fromEntries(record.keys.map((key) => [key, ""])) };
    const have = this.#cut(scope, this.#parse(at, probed, props.declared));
    const { converge, putBack } = this.#state;
    const back = putBack
      ? putBack.call(this.#state, at.key, record.kept ?? "", record.found, have)
      : converge.call(this.#state, at.key, record.found, have);
    if (back.length > 0) {
      const [after] = await this.#write(at, back, [question]);
      const now = this.#cut(scope, this.#parse(at, after, props.declared));
      if (!putBack && converge.call(this.#state, at.key, record.found, now).length > 0) {
        throw this.#didNotConverge(at, record.found, now, props);
      }
    }
    await this.#write(
      at,
      [{ why: "remove the record of what was found", script: removeRecord(path) }],
      [],
    );
  }

  async #makeTrue(news: Props, olds: Props | undefined): Promise<Props> {
    const { at } = news;
    if (this.#availability.down.has(at.host)) {
      const before = olds ?? this.#outputs(news, managed(news), undefined, "");
      return { ...before, unseen: `${at.host} is declared down` };
    }
    const want: Value = this.#state.value.parse(withSecrets(news, this.#held(at)));
    const left = Object.keys(olds?.declared ?? {}).filter((key) => !(key in want));
    const scope = { ...pick(olds?.declared ?? {}, left), ...want };
    const question = this.#question(at, scope);
    const path = recordPath(this.#state.kind, at.key);
    const [recorded, probed, kept] = await this.#ask(at, [
      { text: readRecord(path).text, seconds: probeSeconds },
      question,
      { text: this.#keepUnless(path, at, want), seconds: 120 },
    ]);
    const before = parseRecord(recorded.stdout, `${at.host}: ${path}`);
    const live = this.#parse(at, probed, scope);
    const have = this.#cut(scope, live);
    const record = this.#record(before, at, want, left, live, kept.stdout);
    const target = { ...pick(before?.found ?? {}, left), ...want };
    const steps = this.#state.converge(at.key, target, have);
    const note = same(before, record)
      ? []
      : [{ why: `note what was found in ${path}`, script: writeRecord(path, record) }];
    let now = have;
    if (note.length + steps.length > 0) {
      const [after] = await this.#write(at, [...note, ...steps], [question]);
      now = this.#cut(scope, this.#parse(at, after, scope));
      if (this.#state.converge(at.key, target, now).length > 0) {
        // A secret that has left the declaration is one still.
        const secrets = { ...olds?.secrets, ...news.secrets };
        throw this.#didNotConverge(at, target, now, { ...news, secrets });
      }
    }
    const wrote = steps.length > 0 || olds?.written === undefined;
    const written = wrote ? new Date().toISOString() : (olds.written ?? "");
    return this.#outputs(news, managed(news), now && pick(now, Object.keys(want)), written);
  }

  /** The record as it has to stand before the first change: what was found once is never forgotten. */
  #record(
    before: HostRecord | undefined,
    at: At,
    want: Value,
    left: readonly string[],
    live: Value | undefined,
    kept: string,
  ): HostRecord {
    const keys = Object.keys(want);
    const { kind } = this.#state;
    if (!before) {
      const found = this.#cut(want, live);
      return { claim: at.claim, kind, key: at.key, keys, ...(found && { found }), kept };
    }
    const fresh = keys.filter((key) => !before.keys.includes(key));
    const stay = before.keys.filter((key) => !left.includes(key));
    const found = before.found && {
      ...pick(this.#cut(want, live) ?? {}, fresh),
      ...pick(before.found, stay),
    };
    return { ...before, claim: at.claim, keys: [...stay, ...fresh], ...(found && { found }) };
  }

  #keepUnless(path: string, at: At, want: Value): string {
    const keep = this.#state.keep?.(at.key, want) ?? sh`:`;
    return sh`if [ ! -e ${path} ]; then ${keep}
fi`.text;
  }

  #question(at: At, declared: Value | undefined): Question {
    const script = this.#state.probe(at.key, declared);
    return { text: script.text, seconds: this.#state.probeSeconds ?? probeSeconds };
  }

  #parse(at: At, answer: Answer | undefined, declared: Value | undefined): Value | undefined {
    if (answer?.status === 0) return this.#state.parse(answer.stdout, at.key, declared);
    const what = answer?.status === 124 ? "did not end in time" : `status ${answer?.status}`;
    throw new ScriptFailed(`${this.#name(at)} could not be read: ${what}: ${answer?.stderr ?? ""}`);
  }

  #cut(scope: Value, live: Value | undefined): Value | undefined {
    return live && (this.#state.own?.(scope, live) ?? live);
  }

  async #ask(at: At, questions: readonly Question[]): Promise<[Answer, Answer, Answer]> {
    // A tuple for the callers' sake: as many answers come back as questions were asked.
    return (await this.#hosts.ask(at.host, questions)) as [Answer, Answer, Answer];
  }

  async #write(at: At, steps: Parameters<Hosts["write"]>[1], then: readonly Question[]) {
    return this.#hosts.write(at.host, steps, then).catch((error: unknown) => {
      if (error instanceof ScriptFailed) error.message = `${this.#name(at)}: ${error.message}`;
      throw error;
    });
  }

  #outputs(props: Props, declared: Value, seen: Value | undefined, written: string): Props {
    return {
      at: props.at,
      ...(props.secrets && { secrets: props.secrets }),
      ...(props.after && { after: props.after }),
      declared,
      written,
      ...(seen === undefined && { absent: true }),
      ...withWords(seen ?? {}, props, this.#held(props.at)),
    };
  }

  #aboutDownHosts(at: At, declared: Value | undefined): Value {
    const keys = Object.entries(at.about ?? {}).filter(([, host]) =>
      this.#availability.down.has(host),
    );
    return pick(
      declared ?? {},
      keys.map(([key]) => key),
    );
  }

  #held({ key }: At): Held {
    return (name, secret) => this.#state.held?.(key, name, secret) ?? secret;
  }

  #name(at: At): string {
    return `${this.#state.kind} ${at.claim} on ${at.host}`;
  }

  #didNotConverge(at: At, want: Value | undefined, now: Value | undefined, props: Props) {
    const shown = (value: Value | undefined) =>
      JSON.stringify(value && withWords(value, props, this.#held(at)));
    const left = this.#state.converge(at.key, want, now).map((change) => change.why);
    return new DidNotConverge(
      `${this.#name(at)}: every change was made, and it still differs\n  left to do: ${left.join("; ")}\n  wanted: ${shown(want)}\n  found: ${shown(now)}\n  Next: look on the host what sets it back (another tool, a package's own script), then run again.`,
    );
  }
}

/** The inputs as the program would have given them, with what was seen in place of what is wanted. */
function inputsOf(outputs: Props): Props {
  const { at, secrets, after } = outputs;
  return { at, ...(secrets && { secrets }), ...(after && { after }), ...managed(outputs) };
}

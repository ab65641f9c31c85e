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

/**
 * Pulumi's six calls, derived once from a kind's contract (design §3). The file is long so that every
 * line about them is in one place: what create does decides what read, diff and delete may assume.
 */
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
    const record = parseRecord(this.#said(at, recorded, path), `${at.host}: ${path}`);
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
    const gone = Object.keys(olds?.declared ?? {}).filter((key) => !(key in want));
    const question = this.#question(at, { ...pick(olds?.declared ?? {}, gone), ...want });
    const path = recordPath(this.#state.kind, at.key);
    const [recorded, probed, kept] = await this.#ask(at, [
      { text: readRecord(path).text, seconds: probeSeconds },
      question,
      { text: this.#keepUnless(path, at, want), seconds: 120 },
    ]);
    const before = parseRecord(this.#said(at, recorded, path), `${at.host}: ${path}`);
    // A key that the record has forgotten is back already: a run put it so, and could not say it.
    const left = gone.filter((key) => before?.keys.includes(key));
    const scope = { ...pick(olds?.declared ?? {}, left), ...want };
    const live = this.#parse(at, probed, scope);
    const have = this.#cut(scope, live);
    const record = this.#record(before, at, want, live, this.#said(at, kept, "what to keep"));
    const target = { ...this.#putBackOf(pick(before?.found ?? {}, left), want), ...want };
    const steps = this.#state.converge(at.key, target, have);
    const note = same(before, record)
      ? []
      : [{ why: `note what was found in ${path}`, script: writeRecord(path, record) }];
    // What a key was like is forgotten only after the key is like that again.
    const forget = left.some((key) => record.keys.includes(key))
      ? [{ why: `shorten ${path}`, script: writeRecord(path, without(record, left)) }]
      : [];
    let now = have;
    if (note.length + steps.length + forget.length > 0) {
      const [after] = await this.#write(at, [...note, ...steps, ...forget], [question]);
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

  /** Found keys come back when they leave the declaration, unless it speaks about all there is. */
  #putBackOf(found: Value, want: Value): Value {
    const spoken = Object.keys(this.#state.own?.(want, found) ?? {});
    const back = Object.keys(found).filter((key) => !spoken.includes(key));
    return pick(found, back);
  }

  /** The record as it has to stand before the first change: what was found once is never forgotten. */
  #record(
    before: HostRecord | undefined,
    at: At,
    want: Value,
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
    const found = before.found && {
      ...pick(this.#cut(want, live) ?? {}, fresh),
      ...before.found,
    };
    return {
      ...before,
      claim: at.claim,
      keys: [...before.keys, ...fresh],
      ...(found && { found }),
    };
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

  /** What a script of our own printed: with a status of its own it said nothing that could be trusted. */
  #said(at: At, answer: Answer, what: string): string {
    if (answer.status === 0) return answer.stdout;
    throw new ScriptFailed(
      `${this.#name(at)}: ${what} could not be read (status ${answer.status}): ${answer.stderr}\n  Next: look on ${at.host} what keeps it from being read, then run again. Nothing was changed.`,
    );
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

/** A record that speaks of these keys no more. */
function without(record: HostRecord, left: readonly string[]): HostRecord {
  const keys = record.keys.filter((key) => !left.includes(key));
  return { ...record, keys, ...(record.found && { found: pick(record.found, keys) }) };
}

/** The inputs as the program would have given them, with what was seen in place of what is wanted. */
function inputsOf(outputs: Props): Props {
  const { at, secrets, after } = outputs;
  return { at, ...(secrets && { secrets }), ...(after && { after }), ...managed(outputs) };
}

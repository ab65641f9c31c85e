import { Ambiguous, ApiRefused, DidNotConverge, Refused, ScriptFailed, Unseen } from "./errors.ts";
import type { Ground, Value } from "./ground.ts";
import {
  type At,
  type Held,
  hasUnknown,
  managed,
  type Props,
  secretsOf,
  withSecrets,
  withWords,
} from "./layout.ts";
import { type HostRecord, parseRecord, recordPath, removeRecord, writeRecord } from "./record.ts";
import { isUnknown, pick, same } from "./values.ts";

/** Hosts that the stack's own file declares unavailable. `abandoned` ones are `down` as well. */
export interface Availability {
  readonly down: ReadonlySet<string>;
  readonly abandoned: ReadonlySet<string>;
}

/**
 * Pulumi's six calls, derived once from a kind's contract (design §3). That something is looked at,
 * compared and changed is all it knows; how that is done is the ground's. The file is long so that
 * every line about the calls is in one place: what create does decides what read, diff and delete may
 * assume.
 */
export class Lifecycle {
  readonly #ground: Ground;
  readonly #availability: Availability;

  constructor(ground: Ground, availability: Availability) {
    this.#ground = ground;
    this.#availability = availability;
  }

  /**
   * Both schemas, and whether what was seen may be turned into what is wanted. Pure; a value that is
   * not known yet passes. `olds` are the inputs in the state, as `read` has just filled them.
   * @throws Refused here and not in `diff`, which the engine also calls about what was declared last
   * time, while it refreshes: that would refuse for ever what somebody has mended and declared anew.
   */
  check(
    news: Props,
    olds: Partial<Props> = {},
  ): { inputs: Props; failures: { property: string; reason: string }[] } {
    const key = this.#ground.kind.key.safeParse(news.at.key);
    const value = isUnknown(managed(news))
      ? { success: true as const, data: managed(news) }
      : this.#ground.kind.value.safeParse(managed(news));
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
    if (failures.length === 0) this.#refuse(olds, inputs);
    return { inputs, failures };
  }

  /** Looks. What was seen stands in the inputs, so that the next diff repairs it. */
  async read(id: string, props: Props): Promise<{ id: string; props: Props; inputs?: Props }> {
    const { at } = props;
    if (this.#down(at) !== undefined) return { id, props };
    try {
      const found = await this.#named(at, this.#ground.see(at, props.declared, secretsOf(props)));
      const seen = this.#seen(at, props.declared ?? {}, found);
      const outputs = this.#outputs(props, props.declared ?? {}, seen, props.written ?? "");
      return { id, props: outputs, inputs: inputsOf(outputs) };
    } catch (error) {
      if (!(error instanceof Unseen)) throw error;
      const unseen = { ...props, unseen: error.message };
      return { id, props: unseen, inputs: { ...inputsOf(props), unseen: error.message } };
    }
  }

  /** Pure: what is wanted against what `read` has just seen. What is refused is a change here. */
  diff(olds: Props, news: Props) {
    if (moved(olds.at, news.at)) {
      return { changes: true, replaces: ["at"], deleteBeforeReplace: true };
    }
    if (this.#down(news.at) !== undefined) return { changes: false };
    if (hasUnknown(news)) return { changes: true };
    const want = managed(news);
    const have = olds.absent ? undefined : managed(olds);
    const left = Object.keys(olds.declared ?? {}).some((key) => !(key in want));
    const changes =
      olds.unseen !== undefined ||
      left ||
      !same(olds.secrets ?? {}, news.secrets ?? {}) ||
      !same(olds.after ?? [], news.after ?? []);
    try {
      return { changes: changes || this.#edits(news.at, want, have).length > 0 };
    } catch (error) {
      if (error instanceof Refused) return { changes: true };
      throw this.#withName(news.at, error);
    }
  }

  async create(news: Props) {
    const id = `${news.at.host}:${Object.values(news.at.key).join(" ")}`;
    return { id, outs: await this.#named(news.at, this.#makeTrue(news, undefined)) };
  }

  async update(olds: Props, news: Props) {
    return { outs: await this.#named(news.at, this.#makeTrue(news, olds)) };
  }

  /** Puts back what was found, if the record is still this promise's own. */
  async delete(props: Props): Promise<void> {
    const { at } = props;
    const down = this.#down(at);
    if (down !== undefined) {
      const abandoned = this.#availability.abandoned.has(down);
      if (abandoned && down === at.host) return;
      // What another host keeps of an abandoned one is taken away there.
      if (!abandoned) {
        throw new Refused(
          `${this.#name(at)} cannot be put back: ${down} is declared down.\n  Next: bring the host up and take it out of quintet:down, or add it to quintet:abandoned to let go of it.`,
        );
      }
    }
    await this.#named(at, this.#letGo(props));
  }

  /** @throws Refused where what was seen cannot be turned into what is wanted. */
  #refuse(olds: Partial<Props>, news: Props): void {
    // What was not seen, or will be another thing, says nothing about what is wanted here.
    if (!olds.at || olds.unseen !== undefined || moved(olds.at, news.at)) return;
    if (this.#down(news.at) !== undefined || hasUnknown(news)) return;
    // Inputs do not say whether a thing that has none of the keys is there at all. If it is, and is
    // refused for that, then by the update.
    const seen = managed(olds);
    const have = Object.keys(seen).length > 0 ? seen : undefined;
    try {
      this.#edits(news.at, managed(news), have);
    } catch (error) {
      throw this.#withName(news.at, error);
    }
  }

  async #letGo(props: Props): Promise<void> {
    const { at } = props;
    const path = recordPath(this.#ground.kind.kind, at.key);
    const secrets = secretsOf(props);
    const looked = await this.#ground.look(at, path, props.declared, secrets);
    const record = parseRecord(looked.recorded, `${at.host}: ${path}`);
    if (record?.claim !== at.claim) return;
    const scope = { ...props.declared, ...Object.fromEntries(record.keys.map((key) => [key, ""])) };
    const have = this.#cut(scope, looked.live);
    const { putBack } = this.#ground.kind;
    const back = putBack
      ? putBack.call(this.#ground.kind, at.key, record.kept ?? "", record.found, have)
      : this.#edits(at, record.found, have);
    if (back.length > 0) {
      // Whether an old secret is back shows only to whoever tries that one.
      const old = { ...secrets, ...texts(pick(record.found ?? {}, Object.keys(secrets))) };
      const after = await this.#ground.change(at, [], back, props.declared, old);
      const now = this.#cut(scope, after);
      if (!putBack && this.#edits(at, record.found, now).length > 0) {
        throw this.#didNotConverge(at, record.found, now, props);
      }
    }
    const forget = { why: "remove the record of what was found", script: removeRecord(path) };
    await this.#ground.note(at, forget);
  }

  async #makeTrue(news: Props, olds: Props | undefined): Promise<Props> {
    const { at } = news;
    const down = this.#down(at);
    if (down !== undefined) {
      const before = olds ?? this.#outputs(news, managed(news), undefined, "");
      return { ...before, unseen: `${down} is declared down` };
    }
    const want: Value = this.#ground.kind.value.parse(withSecrets(news, this.#held(at)));
    const gone = Object.keys(olds?.declared ?? {}).filter((key) => !(key in want));
    const asked = { ...pick(olds?.declared ?? {}, gone), ...want };
    const secrets = secretsOf(news);
    const path = recordPath(this.#ground.kind.kind, at.key);
    const looked = await this.#ground.look(at, path, asked, secrets, want);
    const before = parseRecord(looked.recorded, `${at.host}: ${path}`);
    // A key that the record has forgotten is back already: a run put it so, and could not say it.
    const left = gone.filter((key) => before?.keys.includes(key));
    const scope = { ...pick(olds?.declared ?? {}, left), ...want };
    const have = this.#seen(at, scope, looked.live);
    const record = this.#record(before, at, want, looked.live, looked.kept);
    // A host that is gone for good is not back where it was found.
    const lost = left.filter((key) =>
      this.#availability.abandoned.has(olds?.at.about?.[key] ?? ""),
    );
    const returning = left.filter((key) => !lost.includes(key));
    const back = this.#putBackOf(pick(before?.found ?? {}, returning), want);
    const target = { ...back, ...want };
    const steps = this.#edits(at, target, have);
    const note = same(before, record)
      ? []
      : [{ why: `note what was found in ${path}`, script: writeRecord(path, record) }];
    let now = have;
    if (note.length + steps.length > 0) {
      const after = await this.#ground.change(at, note, steps, scope, secrets);
      now = this.#seen(at, scope, after);
      if (this.#edits(at, target, now).length > 0) {
        // A secret that has left the declaration is one still.
        const all = { ...olds?.secrets, ...news.secrets };
        throw this.#didNotConverge(at, target, now, { ...news, secrets: all });
      }
    }
    if (left.length > 0) {
      // What a key was like is forgotten only after the key is like that again.
      const script = writeRecord(path, without(record, left, [...Object.keys(back), ...lost]));
      await this.#ground.note(at, { why: `shorten ${path}`, script });
    }
    const wrote = steps.length > 0 || olds?.written === undefined;
    const written = wrote ? new Date().toISOString() : (olds.written ?? "");
    return this.#outputs(news, managed(news), now && pick(now, Object.keys(want)), written);
  }

  #edits({ key }: At, want: Value | undefined, have: Value | undefined) {
    return this.#ground.kind.converge(key, want, have, this.#availability.abandoned);
  }

  /** Found keys come back when they leave the declaration, unless it speaks about all there is. */
  #putBackOf(found: Value, want: Value): Value {
    const spoken = Object.keys(this.#ground.kind.own?.(want, found) ?? {});
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
    const { kind } = this.#ground.kind;
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

  #cut(scope: Value, live: Value | undefined): Value | undefined {
    return live && (this.#ground.kind.own?.(scope, live) ?? live);
  }

  /** What fails says first which promise it was about. */
  async #named<Result>(at: At, deed: Promise<Result>): Promise<Result> {
    return deed.catch((error: unknown) => {
      throw this.#withName(at, error);
    });
  }

  #withName(at: At, error: unknown): unknown {
    const nameless = [ScriptFailed, ApiRefused, Ambiguous, Refused];
    if (error instanceof Error && nameless.some((one) => error instanceof one)) {
      error.message = `${this.#name(at)}: ${error.message}`;
    }
    return error;
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

  /** The host that is away, of the one that is asked and the one that the promise is about. */
  #down(at: At): string | undefined {
    const hosts = [at.host, this.#ground.kind.subject?.(at.key) ?? at.host];
    return hosts.find((host) => this.#availability.down.has(host));
  }

  /** What is managed of the live value. What is about a host that is away counts as it is wanted. */
  #seen(at: At, scope: Value, live: Value | undefined): Value | undefined {
    const about = Object.entries(at.about ?? {});
    const away = about.filter(([, host]) => this.#availability.down.has(host)).map(([key]) => key);
    const own = this.#cut(scope, live);
    return own && { ...own, ...pick(scope, away) };
  }

  #held({ key }: At): Held {
    return (name, secret) => this.#ground.kind.held?.(key, name, secret) ?? secret;
  }

  #name(at: At): string {
    return `${this.#ground.kind.kind} ${at.claim} on ${at.host}`;
  }

  #didNotConverge(at: At, want: Value | undefined, now: Value | undefined, props: Props) {
    const shown = (value: Value | undefined) =>
      JSON.stringify(value && withWords(value, props, this.#held(at)));
    const left = this.#edits(at, want, now).map((change) => change.why);
    return new DidNotConverge(
      `${this.#name(at)}: every change was made, and it still differs\n  left to do: ${left.join("; ")}\n  wanted: ${shown(want)}\n  found: ${shown(now)}\n  Next: look what sets it back (another tool, a package's own script), then run again.`,
    );
  }
}

function moved(from: At, to: At): boolean {
  return from.host !== to.host || !same(from.key, to.key);
}

/** A record that speaks of the keys that left no more. What is not back yet is still to come back. */
function without(record: HostRecord, left: readonly string[], back: readonly string[]): HostRecord {
  const keys = record.keys.filter((key) => !left.includes(key));
  const found = Object.entries(record.found ?? {}).filter(([key]) => !back.includes(key));
  return { ...record, keys, ...(record.found && { found: Object.fromEntries(found) }) };
}

/** The inputs as the program would have given them, with what was seen in place of what is wanted. */
function inputsOf(outputs: Props): Props {
  const { at, secrets, after } = outputs;
  return { at, ...(secrets && { secrets }), ...(after && { after }), ...managed(outputs) };
}

function texts(value: Value): Record<string, string> {
  return Object.fromEntries(Object.entries(value).map(([key, text]) => [key, String(text)]));
}

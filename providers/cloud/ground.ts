import { randomUUID } from "node:crypto";
import type { Ground, Looked, Value } from "../ground.ts";
import type { At } from "../layout.ts";
import { readRecord, said } from "../record.ts";
import type { Hosts } from "../transport/hosts.ts";
import type { Step } from "../transport/write.ts";
import type { Api } from "./api.ts";
import type { Answers, AnyCloudState, Request } from "./contract.ts";

type Secrets = Readonly<Record<string, string>>;

/**
 * Facts that an API tells and changes. The promise's host is the controller, from which the API is
 * asked and where the records are kept.
 */
export class CloudGround implements Ground {
  readonly kind: AnyCloudState;
  readonly #hosts: Hosts;
  readonly #api: Api;

  constructor(state: AnyCloudState, hosts: Hosts, api: Api) {
    this.kind = state;
    this.#hosts = hosts;
    this.#api = api;
  }

  see(at: At, declared: Value | undefined, secrets: Secrets): Promise<Value | undefined> {
    return this.#see(at, declared, secrets, `${this.kind.kind} ${at.claim}`);
  }

  async look(
    at: At,
    record: string,
    declared: Value | undefined,
    secrets: Secrets,
  ): Promise<Looked> {
    const [[recorded], live] = await Promise.all([
      this.#hosts.ask(at.host, [{ text: readRecord(record).text, seconds: 20 }]),
      this.#see(at, declared, secrets),
    ]);
    return { recorded: said(recorded, record, at.host), live, kept: "" };
  }

  async change(
    at: At,
    notes: readonly Step[],
    edits: readonly Request[],
    declared: Value | undefined,
    secrets: Secrets,
  ): Promise<Value | undefined> {
    if (notes.length > 0) await this.#hosts.write(at.host, notes, []);
    // A reader of its own takes what the look has just read, and after each write what is read anew.
    const reader = randomUUID();
    for (const edit of edits) {
      // Passwords were tried by the look; ids are all that a request needs.
      const call = edit.call(await this.#answers(at, declared, {}, reader));
      if (call) await this.#api.send(at.host, call, edit.why);
    }
    return this.#see(at, declared, secrets);
  }

  async note(at: At, step: Step): Promise<void> {
    await this.#hosts.write(at.host, [step], []);
  }

  async #see(at: At, declared: Value | undefined, secrets: Secrets, reader?: string) {
    const answers = await this.#answers(at, declared, secrets, reader);
    return this.kind.parse(answers, at.key, declared, secrets);
  }

  async #answers(at: At, declared: Value | undefined, secrets: Secrets, reader?: string) {
    let answers: Answers = {};
    for (const [name, one] of Object.entries(this.kind.probe(at.key, declared, secrets))) {
      const question = typeof one === "function" ? one(answers) : one;
      const answer = question && (await this.#api.ask(at.host, question, reader));
      answers = { ...answers, [name]: answer };
    }
    return answers;
  }
}

import { setTimeout as sleep } from "node:timers/promises";
import { ApiRefused, Unseen } from "../errors.ts";
import { ReadAhead } from "../transport/read-ahead.ts";
import type { Scouted } from "../transport/scouted.ts";
import { type Call, type Get, get, type Login } from "./contract.ts";
import type { Logins } from "./logins.ts";
import { followed, messageOf, nextAfter } from "./reply.ts";
import { masked, revealed } from "./secrets.ts";
import { identityOf, type ReadFile, Session } from "./session.ts";
import { measured } from "./upload.ts";
import { type Dial, type Reply, Wire } from "./wire.ts";

/** What the ground needs of the APIs behind a controller. */
export interface Api {
  /**
   * An answer. A named reader takes each answer that is there once; everybody else has it read anew.
   * @throws Unseen when the API cannot tell just now, HostUnreachable, ApiRefused
   */
  ask(host: string, question: Get | Login, reader?: string): Promise<unknown>;
  /**
   * Gives what the API answered, JSON where it was any.
   * @throws ApiRefused with what the API said, Unseen, HostUnreachable
   */
  send(host: string, call: Call, why: string): Promise<unknown>;
}

/** What was asked of the APIs the last time. */
export interface Memory {
  readonly file: string;
  /** Controllers that are declared down. */
  skip(host: string): boolean;
}

interface Known {
  readonly answer: Promise<unknown>;
  readonly service: string;
  /** Nobody in particular has asked: who needs it does not take a failure for an answer. */
  readonly ahead: boolean;
  /** Who has taken this answer: the next time they look, they want to see anew. */
  readonly readers: Set<string>;
}

type Asked = Omit<Call, "method"> & { readonly method: Call["method"] | "GET" };

const mostPages = 1000;
// A service that has just started loads its rules with its first request, and meanwhile refuses others
// by the half of them that it has (Enforcer.load_rules of oslo.policy holds no lock).
const halfLoadedMilliseconds = 1000;
// The form of the answers that our kinds read, where an API has one form a version.
const versions: Readonly<Record<string, string>> = { compute: "compute 2.61" };

/**
 * The APIs of one cloud, asked from its controller through SSH. What was read serves all promises of
 * this process; a write makes void what was read of that service.
 */
export class SshApi implements Api {
  readonly #wire: Wire;
  readonly #readFile: ReadFile;
  readonly #login: string;
  readonly #memory: ReadAhead<Get>;
  readonly #skip: (host: string) => boolean;
  readonly #logins: Logins | undefined;
  #hasAskedAhead = false;
  readonly #sessions = new Map<string, Session>();
  readonly #known = new Map<string, Map<string, Known>>();

  /**
   * @param login which cloud of the clouds.yaml: who asks
   * @param memory where it is written down what to ask ahead the next time, and whom not to ask
   * @param logins what is known of passwords without trying them
   */
  constructor(dial: Dial, readFile: ReadFile, login = "admin", memory?: Memory, logins?: Logins) {
    this.#logins = logins;
    this.#wire = new Wire(dial);
    this.#readFile = readFile;
    this.#login = login;
    this.#memory = new ReadAhead(memory?.file, get);
    this.#skip = memory?.skip ?? (() => false);
  }

  /**
   * Asks, once, what the last process was asked, beside whatever else begins now: the engine comes to
   * the promises about the API when those about hosts are answered. What a process that `reads` does not
   * ask for, the next one does not ask ahead.
   * @param scouted who has begun to ask
   */
  askAhead(reads: boolean, scouted?: Scouted): void {
    if (reads) this.#memory.expect();
    if (this.#hasAskedAhead) return;
    this.#hasAskedAhead = true;
    for (const [host, questions] of this.#memory.questions()) {
      if (this.#skip(host)) continue;
      const told = scouted?.underWay("apis", host, questions).answers;
      // What fails is asked again by whoever needs it, who then sees why.
      for (const [index, question] of questions.entries()) {
        this.#begin(host, question, undefined, told?.[index]);
      }
    }
  }

  ask(host: string, question: Get | Login, reader?: string): Promise<unknown> {
    if (reader !== undefined && !("login" in question)) this.#memory.note(host, question);
    const before = this.#knownOf(host).get(JSON.stringify(revealed(question)));
    if (!before || reader === undefined || before.readers.has(reader)) {
      return this.#begin(host, question, reader);
    }
    before.readers.add(reader);
    return before.ahead
      ? before.answer.catch(() => this.ask(host, question, reader))
      : before.answer;
  }

  /** @param told an answer that is on its way from somebody else, if it comes */
  #begin(
    host: string,
    question: Get | Login,
    reader: string | undefined,
    told = Promise.resolve<unknown>(undefined),
  ): Promise<unknown> {
    const name = JSON.stringify(revealed(question));
    const ofHost = this.#knownOf(host);
    const isLogin = "login" in question;
    const read = () => (isLogin ? this.#try(host, question, reader) : this.#read(host, question));
    const answer = told.then((answer) => answer ?? read());
    const ahead = reader === undefined;
    const service = isLogin ? "identity" : question.service;
    const known = { answer, service, ahead, readers: new Set(ahead ? [] : [reader]) };
    ofHost.set(name, known);
    // A failure is shared by those who wait for it, and remembered by nobody.
    answer.catch(() => {
      if (ofHost.get(name) === known) ofHost.delete(name);
    });
    return answer;
  }

  #knownOf(host: string): Map<string, Known> {
    const known = this.#known.get(host) ?? new Map<string, Known>();
    this.#known.set(host, known);
    return known;
  }

  async send(host: string, call: Call, why: string): Promise<unknown> {
    const { method, service, path, body } = call;
    const reply = await this.#exchange(host, call).finally(() =>
      // Also when the answer is lost: the write may have been made.
      this.#drop(host, service),
    );
    if (/^\/v3\/(services|endpoints)/.test(path)) this.#session(host).forgetCatalog();
    // What is to go and has gone by itself (with the thing that it hung on) is as it was wanted.
    if (reply.status < 300 || (method === "DELETE" && reply.status === 404)) return reply.body;
    const said = masked(messageOf(reply), body);
    const wanted = body ? `\n  wanted: ${JSON.stringify(body)}` : "";
    throw new ApiRefused(
      `could not ${why}\n  ${method} ${path} of the ${service} API on ${host} answered ${reply.status}: ${said}${wanted}\n  Next: ${nextAfter(reply.status)}`,
    );
  }

  async #read(host: string, { service, path, list }: Get): Promise<unknown> {
    if (list === undefined) return (await this.#page(host, service, path)).body;
    const all: unknown[] = [];
    let next: string | undefined = path;
    for (let page = 0; next !== undefined; page += 1) {
      const { body }: Reply = await this.#page(host, service, next);
      const items = body?.[list];
      if (!Array.isArray(items) || body?.truncated === true || page > mostPages) {
        const what = Array.isArray(items) ? "cut its list short" : `answered without ${list}`;
        throw new ApiRefused(
          `the ${service} API on ${host} ${what}: GET ${next}\n  Next: raise its list_limit, or look what answers there.`,
        );
      }
      all.push(...items);
      next = followed(body, list, next);
    }
    return all;
  }

  async #page(host: string, service: string, path: string): Promise<Reply> {
    const reply = await this.#exchange(host, { method: "GET", service, path });
    if (reply.status < 300) return reply;
    const said = `GET ${path} of the ${service} API on ${host} answered ${reply.status}: ${messageOf(reply)}`;
    if (reply.status === 401 || reply.status >= 500) throw new Unseen(said);
    throw new ApiRefused(`${said}\n  Next: ${nextAfter(reply.status)}`);
  }

  /** Who writes has it tried. */
  #try(host: string, { login }: Login, reader: string | undefined): Promise<boolean> {
    const attempt = () => this.#logIn(host, login);
    if (reader === undefined || !this.#logins) return attempt();
    return this.#logins.holds(host, login, attempt);
  }

  async #logIn(host: string, login: Login["login"]): Promise<boolean> {
    const reply = await this.#session(host).logIn({
      identity: identityOf(login.user, { id: login.domain }, login.password),
      // What is tried is the password; a project could be missing for other reasons.
      scope: "unscoped",
    });
    if (reply.status === 201 || reply.status === 401) return reply.status === 201;
    throw new Unseen(`the identity API on ${host} answered ${reply.status} to a log-in`);
  }

  async #exchange(host: string, { method, service, path, body, type, upload }: Asked) {
    const session = this.#session(host);
    const text = body && JSON.stringify(revealed(body));
    const file = upload && { path: upload.path, size: await measured(upload) };
    const what = { service, method, text, type, file, version: versions[service] };
    const send = async () => {
      const { token, trust } = await session.entry();
      const url = `${await session.base(service)}${path}`;
      const reply = await this.#wire.exchange(host, { ...what, url, token, trust });
      if (reply.status === 401) await session.forgetToken(token);
      return reply;
    };
    let reply = await send();
    // A token can end before its time: with a restart, a new key, a changed password.
    if (reply.status === 401) reply = await send();
    if (reply.status !== 403 || upload) return reply;
    await sleep(halfLoadedMilliseconds);
    return send();
  }

  #session(host: string): Session {
    const session =
      this.#sessions.get(host) ?? new Session(host, this.#wire, this.#readFile, this.#login);
    this.#sessions.set(host, session);
    return session;
  }

  #drop(host: string, service: string): void {
    const ofHost = this.#knownOf(host);
    for (const [name, known] of ofHost) if (known.service === service) ofHost.delete(name);
  }
}

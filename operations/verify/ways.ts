import { SshApi } from "../../providers/cloud/api.ts";
import type { Call, Get } from "../../providers/cloud/contract.ts";
import { type Item, query } from "../../providers/cloud/found.ts";
import { poolOf } from "../../providers/reach.ts";
import type { Script } from "../../providers/sh.ts";
import { SshHosts } from "../../providers/transport/hosts.ts";
import type { Site } from "../../site/site.ts";
import { siteOfStack } from "../../site/stack-site.ts";
import { outputOf } from "../state.ts";

/** Something is not as a user of the cloud would expect it; the message says what. */
export class NotSo extends Error {
  constructor(message: string) {
    super(message);
    this.name = "NotSo";
  }
}

/** One who asks the cloud's APIs. */
export interface Person {
  /** The objects of a collection. */
  list(service: string, path: string, list: string): Promise<readonly Item[]>;
  /** One object, or whatever else the path means. */
  get(service: string, path: string): Promise<Record<string, unknown>>;
  send(
    why: string,
    method: Call["method"],
    service: string,
    path: string,
    body?: object,
  ): Promise<Record<string, unknown>>;
}

/** The ways to a cloud: its hosts by SSH, and its APIs as the administrator and as the member. */
export interface Ways {
  readonly site: Site;
  readonly admin: Person;
  readonly member: Person;
  /** Where users open the dashboard. */
  readonly dashboard: string;
  /**
   * What a script prints on a host, as root.
   * @throws NotSo when it ends with another status than 0
   */
  on(host: string, script: Script, seconds?: number): Promise<string>;
  dial: SshHosts["dial"];
  close(): Promise<void>;
}

/**
 * @param logins the text of a clouds.yaml; left out: the stack's own output
 * @throws NotSo when the stack's cloud has no logins: it is not there, or has no services.
 */
export async function waysTo(stack: string, logins?: string): Promise<Ways> {
  const site = siteOfStack(stack);
  const clouds = logins ?? outputOf(stack, "clouds");
  if (!site.dashboard || clouds === undefined) {
    throw new NotSo(
      `the stack ${stack} has no cloud to log in to.\n  Next: set quintet:services to true, and run pulumi up.`,
    );
  }
  const hosts = new SshHosts(poolOf(stack), undefined, (host) => site.down.has(host));
  const controller = site.controller.name;
  const dial: SshHosts["dial"] = (...where) => hosts.dial(...where);
  return {
    site,
    dashboard: site.dashboard.url,
    admin: person(new SshApi(dial, async () => clouds, "admin"), controller),
    member: person(new SshApi(dial, async () => clouds, "member"), controller),
    dial,
    close: () => hosts.close(),
    async on(host, script, seconds = 30) {
      const [answer] = await hosts.ask(host, [{ text: script.text, seconds }]);
      if (answer?.status === 0) return answer.stdout;
      throw new NotSo(`${host} says: ${answer?.stderr.trim() || `status ${answer?.status}`}`);
    },
  };
}

function person(api: SshApi, controller: string): Person {
  const ask = (question: Get) => api.ask(controller, question);
  return {
    async list(service, path, list) {
      return (await ask({ service, path, list })) as readonly Item[];
    },
    async get(service, path) {
      return (await ask({ service, path })) as Record<string, unknown>;
    },
    async send(why, method, service, path, body) {
      const call = { method, service, path, ...(body && { body }) };
      return ((await api.send(controller, call, why)) ?? {}) as Record<string, unknown>;
    },
  };
}

/**
 * The one of that name.
 * @throws NotSo
 */
export async function called(
  who: Person,
  service: string,
  path: string,
  list: string,
  name: string,
): Promise<Item> {
  const found = await who.list(service, `${path}${query({ name })}`, list);
  // Some APIs find what only begins so.
  const [one] = found.filter((item) => item.name === name);
  if (one) return one;
  throw new NotSo(`no ${path.split("/").at(-1)} is called ${name}.\n  Next: pulumi preview.`);
}

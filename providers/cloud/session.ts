import { load } from "js-yaml";
import { z } from "zod";
import { Unseen } from "../errors.ts";
import { Secret } from "../sh.ts";
import { messageOf } from "./reply.ts";
import { revealed } from "./secrets.ts";
import type { Reply, Trust, Wire } from "./wire.ts";

/** The text of a file on a host, or nothing where it is absent. */
export type ReadFile = (host: string, path: string) => Promise<string | undefined>;

const path = "/etc/openstack/clouds.yaml";

// A domain comes by id or by name; what is left out is the domain that every Keystone has.
const cloud = z.object({
  auth: z.object({
    auth_url: z.url(),
    username: z.string(),
    password: z.coerce.string().transform((text) => new Secret(text)),
    project_name: z.string(),
    user_domain_id: z.string().optional(),
    user_domain_name: z.string().optional(),
    project_domain_id: z.string().optional(),
    project_domain_name: z.string().optional(),
  }),
  region_name: z.string().optional(),
  interface: z.string().default("public"),
  cacert: z.string().optional(),
  verify: z.boolean().default(true),
});
type Cloud = z.infer<typeof cloud> & { readonly trust: Trust };

const catalog = z.array(
  z.object({
    type: z.string(),
    endpoints: z.array(
      z.object({ interface: z.string(), region_id: z.string().nullish(), url: z.string() }),
    ),
  }),
);

interface Domain {
  readonly id?: string;
  readonly name?: string;
}

/** The body of a log-in by name and password. */
export function identityOf(name: string, domain: Domain, password: Secret): object {
  return { methods: ["password"], password: { user: { name, domain, password } } };
}

/**
 * What one process knows to get into one cloud: the controller's own clouds.yaml, a token, and where
 * each service answers. Each is asked for when it is first needed.
 */
export class Session {
  readonly #host: string;
  readonly #wire: Wire;
  readonly #readFile: ReadFile;
  readonly #login: string;
  #token: Promise<string> | undefined;
  #cloud: Promise<Cloud> | undefined;
  #catalog: Promise<z.infer<typeof catalog>> | undefined;

  constructor(host: string, wire: Wire, readFile: ReadFile, login: string) {
    this.#login = login;
    this.#host = host;
    this.#wire = wire;
    this.#readFile = readFile;
  }

  /** @throws Unseen when nobody can log in just now: the same run may bring what is missing. */
  async entry(): Promise<{ token: string; trust: Trust }> {
    this.#token ??= kept(this.#newToken(), () => {
      this.#token = undefined;
    });
    const token = await this.#token;
    return { token, trust: (await this.#knownCloud()).trust };
  }

  /** For a token that was refused: the next request asks for another, and reads the file again. */
  async forgetToken(token: string): Promise<void> {
    if ((await this.#token?.catch(() => undefined)) !== token) return;
    this.#token = undefined;
    this.#cloud = undefined;
  }

  forgetCatalog(): void {
    this.#catalog = undefined;
  }

  /** Where a service's paths begin, without the version that they carry themselves. */
  async base(service: string): Promise<string> {
    const known = await this.#knownCloud();
    // Not by the catalog: a wrong entry for identity in it could then never be mended.
    if (service === "identity") return rootOf(known.auth.auth_url);
    this.#catalog ??= kept(this.#readCatalog(), () => this.forgetCatalog());
    const endpoints = (await this.#catalog).filter(({ type }) => type === service);
    const found = endpoints
      .flatMap((entry) => entry.endpoints)
      .find(
        (one) =>
          one.interface === known.interface &&
          (known.region_name === undefined || one.region_id === known.region_name),
      );
    if (found) return rootOf(found.url);
    // It may be made by the next promise of the same run.
    this.forgetCatalog();
    const where = `${known.interface}, region ${known.region_name ?? "any"}`;
    throw new Unseen(`the catalog on ${this.#host} has no ${service} service (${where})`);
  }

  /** Sends a log-in, and gives the answer whatever it is. */
  async logIn(auth: object): Promise<Reply> {
    const { trust } = await this.#knownCloud();
    return this.#wire.exchange(this.#host, {
      service: "identity",
      method: "POST",
      url: `${await this.base("identity")}/v3/auth/tokens?nocatalog`,
      trust,
      text: JSON.stringify(revealed({ auth })),
    });
  }

  async #newToken(): Promise<string> {
    // The password may have been replaced since the file was read.
    this.#cloud = undefined;
    const { auth } = await this.#knownCloud();
    const domain = (id: string | undefined, name: string | undefined): Domain =>
      name !== undefined && id === undefined ? { name } : { id: id ?? "default" };
    const own = domain(auth.user_domain_id, auth.user_domain_name);
    const project = {
      name: auth.project_name,
      domain: domain(auth.project_domain_id, auth.project_domain_name),
    };
    const identity = identityOf(auth.username, own, auth.password);
    const reply = await this.logIn({ identity, scope: { project } });
    const token = reply.headers["x-subject-token"];
    if (reply.status === 201 && typeof token === "string") return token;
    const who = `${auth.username} of ${path}`;
    throw new Unseen(
      `the identity API on ${this.#host} answered ${reply.status} to ${who}: ${messageOf(reply)}`,
    );
  }

  #knownCloud(): Promise<Cloud> {
    this.#cloud ??= kept(this.#readCloud(), () => {
      this.#cloud = undefined;
    });
    return this.#cloud;
  }

  async #readCloud(): Promise<Cloud> {
    const text = await this.#readFile(this.#host, path);
    if (text === undefined) throw new Unseen(`${this.#host} has no ${path} yet`);
    const known = cloud.safeParse(parsed(text)?.clouds?.[this.#login]);
    if (!known.success) {
      // Its text stays out of the message: there is a password in it.
      const places = known.error.issues.map((issue) => issue.path.join(".") || "the whole");
      const where = `${path} on ${this.#host} does not describe the cloud ${this.#login}`;
      throw new Unseen(`${where}: see ${places.join(", ")}`);
    }
    const { cacert, verify } = known.data;
    const authority = cacert === undefined ? undefined : await this.#readFile(this.#host, cacert);
    return { ...known.data, trust: { authority, verify } };
  }

  async #readCatalog(): Promise<z.infer<typeof catalog>> {
    const { token, trust } = await this.entry();
    const url = `${await this.base("identity")}/v3/auth/catalog`;
    const sent = { service: "identity", method: "GET", url, token, trust };
    const reply = await this.#wire.exchange(this.#host, sent);
    if (reply.status === 401) await this.forgetToken(token);
    const known = catalog.safeParse(reply.body?.catalog);
    if (known.success) return known.data;
    throw new Unseen(`the catalog on ${this.#host} cannot be read: status ${reply.status}`);
  }
}

function parsed(text: string): { clouds?: Record<string, unknown> } | undefined {
  try {
    const value = load(text);
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    // What it complains of would be quoted with the line, and the line may hold the password.
    return undefined;
  }
}

/** A promise that is not kept on to once it has failed. */
function kept<Result>(deed: Promise<Result>, forget: () => void): Promise<Result> {
  deed.catch(forget);
  return deed;
}

function rootOf(url: string): string {
  return url.replace(/\/v\d[^/]*(\/.*)?$/, "").replace(/\/+$/, "");
}

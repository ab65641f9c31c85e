import { createReadStream } from "node:fs";
import { request as httpRequest } from "node:http";
import { type Duplex, pipeline } from "node:stream";
import { connect as tlsConnect } from "node:tls";
import { Unseen } from "../errors.ts";

/**
 * A socket to an address as a host sees it.
 * @throws HostUnreachable; Unseen when the host can be reached and nobody listens there.
 */
export type Dial = (host: string, address: string, port: number) => Promise<Duplex>;

/** Whom to believe at the other end of TLS: the system's authorities when there are no others. */
export interface Trust {
  readonly authority: string | undefined;
  readonly verify: boolean;
}

interface Sent {
  /** For messages. */
  readonly service: string;
  readonly method: string;
  readonly url: string;
  readonly trust: Trust;
  readonly token?: string | undefined;
  readonly text?: string | undefined;
  /** Of `text`; JSON when left out. */
  readonly type?: string | undefined;
  /** A file of this machine, sent as it is read, in place of `text`. */
  readonly file?: { readonly path: string; readonly size: number } | undefined;
  /** The version within the API in whose form we ask: "compute 2.61". */
  readonly version?: string | undefined;
}

/** What an API answered; the body where it was a JSON object. */
export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Readonly<Record<string, unknown>> | undefined;
}

// One channel a request: enough to hide the way there and back, few for an API of four threads.
const atOnce = 6;
const seconds = 30;

/** HTTP to what a host can reach, through sockets that come from elsewhere. */
export class Wire {
  readonly #dial: Dial;
  readonly #waiting: (() => void)[] = [];
  #busy = 0;

  constructor(dial: Dial) {
    this.#dial = dial;
  }

  /** @throws Unseen when no whole answer came in time, HostUnreachable */
  async exchange(host: string, sent: Sent): Promise<Reply> {
    while (this.#busy >= atOnce) await new Promise<void>((go) => this.#waiting.push(go));
    this.#busy += 1;
    try {
      return await this.#exchange(host, sent);
    } finally {
      this.#busy -= 1;
      this.#waiting.shift()?.();
    }
  }

  async #exchange(host: string, sent: Sent): Promise<Reply> {
    const url = new URL(sent.url);
    const deadline = new Deadline();
    const { signal } = deadline;
    const late = new Promise<never>((_done, fail) => {
      signal.addEventListener("abort", () => fail(signal.reason), { once: true });
    });
    late.catch(() => undefined);
    const dialled = this.#dial(host, url.hostname, Number(url.port || defaultPort(url)));
    try {
      const socket = secured(await Promise.race([dialled, late]), url, sent.trust);
      return await spoken(socket, url, sent, deadline);
    } catch (error) {
      const what = signal.aborted ? `no answer within ${seconds} s` : wordOfTheWire(error);
      if (what === undefined) throw error;
      throw new Unseen(`the ${sent.service} API on ${host} (${url.origin}): ${what}`);
    } finally {
      deadline.met();
      dialled.then((socket) => socket.destroy()).catch(() => undefined);
    }
  }
}

/** The time that an API may take to answer. It begins anew whenever it has taken a part of a file. */
class Deadline {
  readonly #ending = new AbortController();
  readonly #timer = setTimeout(() => this.#ending.abort(), seconds * 1000);

  get signal(): AbortSignal {
    return this.#ending.signal;
  }
  begin(): void {
    this.#timer.refresh();
  }
  met(): void {
    clearTimeout(this.#timer);
  }
}

/** Node's own errors have a code; ours are for the operator already. */
function wordOfTheWire(error: unknown): string | undefined {
  return error instanceof Error && "code" in error ? error.message : undefined;
}

function defaultPort(url: URL): number {
  return url.protocol === "https:" ? 443 : 80;
}

function secured(socket: Duplex, url: URL, { authority, verify }: Trust): Duplex {
  if (url.protocol !== "https:") return socket;
  return tlsConnect({
    socket,
    host: url.hostname,
    // A name for the certificate; TLS has none for bare addresses.
    ...(/^[\d.]+$|:/.test(url.hostname) ? {} : { servername: url.hostname }),
    ...(authority !== undefined && { ca: authority }),
    rejectUnauthorized: verify,
  });
}

function spoken(socket: Duplex, url: URL, sent: Sent, deadline: Deadline): Promise<Reply> {
  const { file, text } = sent;
  const length = file?.size ?? (text !== undefined ? Buffer.byteLength(text) : undefined);
  return new Promise((done, fail) => {
    const asked = httpRequest({
      createConnection: () => socket,
      method: sent.method,
      path: `${url.pathname}${url.search}`,
      headers: {
        host: url.host,
        accept: "application/json",
        connection: "close",
        ...(sent.token !== undefined && { "x-auth-token": sent.token }),
        ...(sent.version !== undefined && { "openstack-api-version": sent.version }),
        ...(length !== undefined && {
          "content-type": sent.type ?? "application/json",
          "content-length": length,
        }),
      },
      signal: deadline.signal,
    });
    asked.on("error", fail);
    asked.on("response", (answer) => {
      const parts: Buffer[] = [];
      answer.on("data", (part: Buffer) => parts.push(part));
      answer.on("error", fail);
      answer.on("end", () => {
        const text = Buffer.concat(parts).toString("utf8");
        done({ status: answer.statusCode ?? 0, headers: answer.headers, body: objectIn(text) });
      });
    });
    if (!file) return asked.end(text);
    const body = createReadStream(file.path);
    body.on("data", () => deadline.begin());
    // Its end counts as nothing: what does is the answer.
    pipeline(body, asked, (error) => error && fail(error));
  });
}

function objectIn(text: string): Reply["body"] {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? { ...value } : undefined;
  } catch {
    // A proxy's page of HTML: the status says enough.
    return undefined;
  }
}

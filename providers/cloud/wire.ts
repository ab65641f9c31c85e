import { request as httpRequest } from "node:http";
import type { Duplex } from "node:stream";
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
    const deadline = AbortSignal.timeout(seconds * 1000);
    const late = new Promise<never>((_done, fail) => {
      deadline.addEventListener("abort", () => fail(deadline.reason), { once: true });
    });
    late.catch(() => undefined);
    const dialled = this.#dial(host, url.hostname, Number(url.port || defaultPort(url)));
    try {
      const socket = secured(await Promise.race([dialled, late]), url, sent.trust);
      return await spoken(socket, url, sent, deadline);
    } catch (error) {
      if (!isOfTheWire(error)) throw error;
      const what = deadline.aborted ? `no answer within ${seconds} s` : error.message;
      throw new Unseen(`the ${sent.service} API on ${host} (${url.origin}): ${what}`);
    } finally {
      dialled.then((socket) => socket.destroy()).catch(() => undefined);
    }
  }
}

/** Node's own errors have a code; ours are for the operator already. */
function isOfTheWire(error: unknown): error is Error {
  return error instanceof Error && ("code" in error || error.name === "TimeoutError");
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

function spoken(socket: Duplex, url: URL, sent: Sent, signal: AbortSignal): Promise<Reply> {
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
        ...(sent.text !== undefined && {
          "content-type": "application/json",
          "content-length": Buffer.byteLength(sent.text),
        }),
      },
      signal,
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
    asked.end(sent.text);
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

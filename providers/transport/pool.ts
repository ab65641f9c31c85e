import type { Duplex } from "node:stream";
import type { Client } from "ssh2";
import { connect, type Outcome } from "./connection.ts";
import { execute } from "./exec.ts";
import { forwarded } from "./forward.ts";

/**
 * One connection per host and process. It is opened at the first word to a host, kept while the
 * process lives, and opened anew when it broke.
 */
export class Pool {
  readonly #configFile: string;
  readonly #open = new Map<string, Promise<Client>>();

  constructor(configFile: string) {
    this.#configFile = configFile;
  }

  client(host: string): Promise<Client> {
    const open = this.#open.get(host);
    if (open) return open;
    const opening = connect(host, this.#configFile);
    this.#open.set(host, opening);
    const forget = () => {
      if (this.#open.get(host) === opening) this.#open.delete(host);
    };
    opening.then(
      (client) => {
        client.once("close", forget);
        client.on("error", forget);
      },
      // A refused connection is remembered for a moment only: a host that boots may answer later.
      () => setTimeout(forget, 2000).unref(),
    );
    return opening;
  }

  /**
   * `seconds` bounds the program on the host; `patience`, if given, how long we listen to it; `listen`
   * is told what it prints as it comes.
   * @throws HostUnreachable
   */
  async run(
    host: string,
    program: string,
    seconds: number,
    patience = seconds + 20,
    listen?: (more: string) => void,
  ): Promise<Outcome> {
    return execute(host, await this.client(host), program, seconds, patience, listen);
  }

  /**
   * Runs a program over a connection opened for it alone: proof that the host still lets us in.
   * @throws HostUnreachable
   */
  async runOverNew(host: string, program: string, seconds: number): Promise<Outcome> {
    const client = await connect(host, this.#configFile);
    try {
      return await execute(host, client, program, seconds, seconds + 5);
    } finally {
      client.end();
    }
  }

  /**
   * A socket from the host to an address, on the connection that is open. The host resolves the name.
   * @throws HostUnreachable; Unseen when nobody listens there.
   */
  async dial(host: string, address: string, port: number): Promise<Duplex> {
    return forwarded(host, await this.client(host), address, port);
  }

  /** Drops a connection that may hang, so that the next word opens a new one. */
  async drop(host: string): Promise<void> {
    const open = this.#open.get(host);
    this.#open.delete(host);
    await open?.then((client) => client.destroy()).catch(() => undefined);
  }

  async close(): Promise<void> {
    const all = [...this.#open.values()];
    this.#open.clear();
    await Promise.allSettled(all.map(async (open) => (await open).end()));
  }
}

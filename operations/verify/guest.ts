import { setTimeout as sleep } from "node:timers/promises";
import { Client } from "ssh2";
import type { Item } from "../../providers/cloud/found.ts";
import { sh } from "../../providers/sh.ts";
import { called, NotSo, type Ways } from "./ways.ts";

/** What a guest says to this is another one after each boot. */
export const bootId = "cat /proc/sys/kernel/random/boot_id";

/** Looks until something is there. @throws NotSo with what was seen last */
export async function until<Result>(
  what: string,
  seconds: number,
  look: () => Promise<Result | undefined>,
): Promise<Result> {
  const deadline = Date.now() + seconds * 1000;
  let last = "";
  for (;;) {
    const found = await look().catch((error: unknown) => {
      if (!(error instanceof Unready)) throw error;
      last = `\n  seen last: ${error.message}`;
      return undefined;
    });
    if (found !== undefined) return found;
    if (Date.now() > deadline) throw new NotSo(`not within ${seconds} s: ${what}${last}`);
    await sleep(500);
  }
}

/** What is asked for is not there yet. */
export class Unready extends Error {}

/** What a new guest is made with. */
export interface Wish {
  readonly name: string;
  readonly key: { readonly name: string; readonly private: string };
  readonly groups: readonly string[];
  /** Who logs in to it: the image's own word. */
  readonly user: string;
}

/** One guest of the member's, and the ways into it. */
export class Guest {
  readonly name: string;
  readonly id: string;
  address = "";
  readonly #ways: Ways;
  readonly #wish: Wish;
  #hostKey: string | undefined;

  private constructor(ways: Ways, wish: Wish, id: string) {
    this.#ways = ways;
    this.#wish = wish;
    this.name = wish.name;
    this.id = id;
  }

  /** Asks for it; what becomes of it is another question. */
  static async ask(ways: Ways, wish: Wish): Promise<Guest> {
    const { member, site } = ways;
    const { image: wanted, flavors } = site.tenant;
    if (!wanted) {
      throw new NotSo(
        "no image is promised.\n  Next: set quintet:tenant.image, and run pulumi up.",
      );
    }
    const image = await called(member, "image", "/v2/images", "images", wanted.name);
    const network = await called(member, "network", "/v2.0/networks", "networks", "guests");
    const bytes = Number(image.virtual_size ?? image.size ?? 0);
    const [smallest] = Object.entries(flavors)
      .filter(([, { disk }]) => disk * 2 ** 30 >= bytes)
      .toSorted(([, one], [, other]) => one.ram - other.ram);
    if (!smallest) {
      throw new NotSo(
        `the image ${wanted.name} needs ${bytes} bytes, and no flavor has such a disk.\n  Next: add one to quintet:tenant.flavors, and run pulumi up.`,
      );
    }
    const all = await member.list("compute", "/v2.1/flavors", "flavors");
    const flavor = all.find(({ name }) => name === smallest[0]);
    if (!flavor) throw new NotSo(`no flavor is called ${smallest[0]}.\n  Next: pulumi preview.`);
    const server = {
      name: wish.name,
      imageRef: image.id,
      flavorRef: flavor.id,
      networks: [{ uuid: network.id }],
      key_name: wish.key.name,
      security_groups: wish.groups.map((name) => ({ name })),
    };
    const made = await member.send("ask for a guest", "POST", "compute", "/v2.1/servers", {
      server,
    });
    const { id } = made.server as { id: string };
    return new Guest(ways, wish, id);
  }

  /** As the administrator sees it, who alone is told its host. */
  async seen(): Promise<Item> {
    const { server } = await this.#ways.admin.get("compute", `/v2.1/servers/${this.id}`);
    return server as Item;
  }

  async host(): Promise<string> {
    return String((await this.seen())["OS-EXT-SRV-ATTR:host"]);
  }

  /** Waits until it runs and nothing is being done with it. */
  async active(seconds: number): Promise<Item> {
    const server = await until(`${this.name} is ACTIVE`, seconds, async () => {
      const now = await this.seen();
      const fault = (now.fault as { message?: string } | undefined)?.message;
      if (now.status === "ERROR") throw new NotSo(`${this.name} is in ERROR: ${fault}`);
      const task = now["OS-EXT-STS:task_state"];
      if (now.status !== "ACTIVE" || task !== null) throw new Unready(`${now.status}, ${task}`);
      return now;
    });
    const networks = Object.values(server.addresses as Record<string, { addr: string }[]>);
    this.address = networks.flat()[0]?.addr ?? "";
    return server;
  }

  /** Waits until it answers the gateway. */
  async answersPing(seconds: number): Promise<void> {
    const { gateway } = this.#ways.site;
    await this.#until(`${this.name} (${this.address}) answers ping`, seconds, async () => {
      const script = sh`ping -c 1 -W 2 ${this.address} >/dev/null && echo yes || echo no`;
      return (await this.#ways.on(gateway.name, script)) === "yes\n" ? true : undefined;
    });
  }

  /**
   * What a command prints in it, by SSH with the key. Its own key may not change from one time to the next.
   * @throws NotSo
   */
  async says(command: string, seconds = 30): Promise<string> {
    const socket = await this.#ways.dial(this.#ways.site.gateway.name, this.address, 22);
    const client = new Client();
    try {
      return await this.#say(client, socket, command, seconds);
    } finally {
      client.end();
      socket.destroy();
    }
  }

  /** Waits until it lets the key in. */
  async letsIn(seconds: number): Promise<void> {
    await this.#until(`${this.name} lets the key in`, seconds, async () => {
      try {
        await this.says("true");
        return true;
      } catch (error) {
        throw new Unready(error instanceof Error ? error.message : String(error));
      }
    });
  }

  /** What its own console said last is often the reason. */
  async #until(what: string, seconds: number, look: () => Promise<true | undefined>) {
    try {
      await until(what, seconds, look);
    } catch (error) {
      if (!(error instanceof NotSo)) throw error;
      const said = await this.#ways.member.send(
        "read a console",
        "POST",
        "compute",
        `/v2.1/servers/${this.id}/action`,
        { "os-getConsoleOutput": { length: 12 } },
      );
      const place = `on ${await this.host()} its console says last:`;
      throw new NotSo(`${error.message}\n  ${place}\n${String(said.output).trim()}`);
    }
  }

  #say(
    client: Client,
    sock: Awaited<ReturnType<Ways["dial"]>>,
    command: string,
    seconds: number,
  ): Promise<string> {
    const { user, key } = this.#wish;
    return new Promise((done, fail) => {
      const give = (reason: string) => fail(new NotSo(`${this.name}, by SSH: ${reason}`));
      const deadline = setTimeout(
        () => give(`no end within ${seconds} s: ${command}`),
        seconds * 1000,
      );
      client.on("close", () => clearTimeout(deadline));
      client.on("error", (error) => give(error.message));
      client.on("ready", () =>
        client.exec(command, (error, stream) => {
          if (error) return give(error.message);
          const heard = { out: "", err: "" };
          stream.on("data", (bytes: Buffer) => {
            heard.out += bytes;
          });
          stream.stderr.on("data", (bytes: Buffer) => {
            heard.err += bytes;
          });
          stream.on("close", (status: number | null) =>
            status === 0 ? done(heard.out) : give(`${command}: ${heard.err.trim() || status}`),
          );
        }),
      );
      client.connect({
        sock,
        username: user,
        privateKey: key.private,
        readyTimeout: seconds * 1000,
        hostHash: "sha256",
        hostVerifier: (hash: string) => {
          this.#hostKey ??= hash;
          return this.#hostKey === hash;
        },
      });
    });
  }
}

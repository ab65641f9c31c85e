import { setTimeout as sleep } from "node:timers/promises";
import type { WebSocket } from "ws";
import { NotSo } from "./ways.ts";

const letter = { width: 8, height: 16 };
const patience = 60;

/** What typing has changed on a guest's screen. */
export interface Typed {
  /** Places of letters that differ. */
  readonly letters: number;
  /** In pixels. */
  readonly width: number;
  readonly height: number;
}

/**
 * Types at a guest's console, as a browser would, and counts the letters of the screen that changed.
 * @param socket open and paused; in it the screen speaks RFB (RFC 6143)
 * @throws NotSo when the screen hangs up or is silent for a minute
 */
export async function typeAt(socket: WebSocket, text: string): Promise<Typed> {
  const screen = new Screen(socket);
  await screen.greet();
  // A key wakes a screen that has gone dark; then a cursor is all that may still move.
  await screen.type("\n");
  let before = await screen.look();
  for (let tries = 0; tries < 20; tries += 1) {
    await sleep(1000);
    const now = await screen.look();
    const still = screen.changed(before, now) <= 2;
    before = now;
    if (still) break;
  }
  await screen.type(text);
  await sleep(2000);
  const letters = screen.changed(before, await screen.look());
  return { letters, width: screen.width, height: screen.height };
}

/** Bytes in the order in which they arrive, as many at a time as are asked for. */
class Stream {
  #bytes = Buffer.alloc(0);
  #ended: NotSo | undefined;
  #wake: () => void = () => undefined;

  constructor(socket: WebSocket) {
    socket.on("message", (data: Buffer) => {
      this.#bytes = Buffer.concat([this.#bytes, data]);
      this.#wake();
    });
    const end = (reason: string) => {
      this.#ended ??= new NotSo(`the console hung up: ${reason}`);
      this.#wake();
    };
    socket.on("close", (code, reason) => end(`${code} ${reason}`));
    socket.on("error", ({ message }) => end(message));
    socket.resume();
  }

  async take(count: number): Promise<Buffer> {
    while (this.#bytes.length < count) {
      if (this.#ended) throw this.#ended;
      await this.#more();
    }
    const taken = this.#bytes.subarray(0, count);
    this.#bytes = this.#bytes.subarray(count);
    return taken;
  }

  #more(): Promise<void> {
    return new Promise((wake, fail) => {
      const silent = new NotSo(`the console has been silent for ${patience} s`);
      const deadline = setTimeout(() => fail(silent), patience * 1000);
      this.#wake = () => {
        clearTimeout(deadline);
        wake();
      };
    });
  }
}

class Screen {
  width = 0;
  height = 0;
  readonly #socket: WebSocket;
  readonly #stream: Stream;
  #pixels = Buffer.alloc(0);

  constructor(socket: WebSocket) {
    this.#socket = socket;
    this.#stream = new Stream(socket);
  }

  /** Agrees on the version, on no password, and on the form of pixels; learns the size of the screen. */
  async greet(): Promise<void> {
    await this.#stream.take(12);
    this.#send("RFB 003.008\n");
    const [kinds = 0] = await this.#stream.take(1);
    const offered = await this.#stream.take(kinds);
    if (!offered.includes(1)) throw new NotSo(`the console wants a password: ${[...offered]}`);
    this.#send(1);
    if ((await this.#stream.take(4)).readUInt32BE() !== 0) {
      throw new NotSo("the console lets nobody in");
    }
    this.#send(1);
    const first = await this.#stream.take(24);
    await this.#stream.take(first.readUInt32BE(20));
    this.#resize(first.readUInt16BE(0), first.readUInt16BE(2));
    // 32 bits a pixel; raw, and told when the screen's size changes.
    this.#send(0, 0, 0, 0, 32, 24, 0, 1, 0, 255, 0, 255, 0, 255, 16, 8, 0, 0, 0, 0);
    this.#send(2, 0, 0, 2, "\0\0\0\0", "\xff\xff\xff\x21");
  }

  async type(keys: string): Promise<void> {
    for (const key of keys) {
      const sign = key === "\n" ? [0xff, 0x0d] : [0, key.charCodeAt(0)];
      for (const down of [1, 0]) this.#send(4, down, 0, 0, 0, 0, ...sign);
      await sleep(50);
    }
  }

  /** The whole screen as it is now. */
  async look(): Promise<Buffer> {
    const { width, height } = this;
    this.#send(3, 0, 0, 0, 0, 0, width >> 8, width & 255, height >> 8, height & 255);
    for (;;) {
      const [kind] = await this.#stream.take(1);
      if (kind === 0) {
        const count = (await this.#stream.take(3)).readUInt16BE(1);
        for (let each = 0; each < count; each += 1) await this.#rectangle();
        if (this.width === width && this.height === height) return Buffer.from(this.#pixels);
        return this.look();
      }
      if (kind === 1) await this.#stream.take((await this.#stream.take(5)).readUInt16BE(3) * 6);
      if (kind === 3) await this.#stream.take((await this.#stream.take(7)).readUInt32BE(3));
    }
  }

  /** How many places of letters differ; none can be told apart where the size has changed. */
  changed(one: Buffer, other: Buffer): number {
    if (one.length !== other.length) return 0;
    const places = new Set<string>();
    for (let at = 0; at < one.length; at += 4) {
      if (one.readUInt32BE(at) === other.readUInt32BE(at)) continue;
      const pixel = at / 4;
      const [x, y] = [pixel % this.width, Math.floor(pixel / this.width)];
      places.add(`${Math.floor(x / letter.width)},${Math.floor(y / letter.height)}`);
    }
    return places.size;
  }

  async #rectangle(): Promise<void> {
    const head = await this.#stream.take(12);
    const [x = 0, y = 0, width = 0, height = 0] = [0, 2, 4, 6].map((at) => head.readUInt16BE(at));
    if (head.readInt32BE(8) === -223) return this.#resize(width, height);
    const bytes = await this.#stream.take(width * height * 4);
    for (let row = 0; row < height; row += 1) {
      const line = bytes.subarray(row * width * 4, (row + 1) * width * 4);
      line.copy(this.#pixels, ((y + row) * this.width + x) * 4);
    }
  }

  #resize(width: number, height: number): void {
    Object.assign(this, { width, height });
    this.#pixels = Buffer.alloc(width * height * 4);
  }

  #send(...parts: (number | string)[]): void {
    const bytes = parts.map((part) =>
      typeof part === "string" ? Buffer.from(part, "latin1") : Buffer.of(part),
    );
    this.#socket.send(Buffer.concat(bytes));
  }
}

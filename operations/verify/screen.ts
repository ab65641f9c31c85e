// Types at a guest's console, as a browser would, and says in JSON how many letters of the screen changed.
//     screen.ts PAGE TEXT
// PAGE is what Nova gives for a console. The screen speaks RFB (RFC 6143) inside of a WebSocket.
import { setTimeout as sleep } from "node:timers/promises";

const [page = "", text = ""] = process.argv.slice(2);
const letter = { width: 8, height: 16 };

/** Bytes in the order in which they arrive, as many at a time as are asked for. */
class Stream {
  #bytes = Buffer.alloc(0);
  #ended: Error | undefined;
  #wake: () => void = () => undefined;

  give(bytes: Buffer): void {
    this.#bytes = Buffer.concat([this.#bytes, bytes]);
    this.#wake();
  }

  end(reason: string): void {
    this.#ended = new Error(reason);
    this.#wake();
  }

  async take(count: number): Promise<Buffer> {
    while (this.#bytes.length < count) {
      if (this.#ended) throw this.#ended;
      await new Promise<void>((wake) => {
        this.#wake = wake;
      });
    }
    const taken = this.#bytes.subarray(0, count);
    this.#bytes = this.#bytes.subarray(count);
    return taken;
  }
}

/** The page connects to where its own address and the path in its query lead. */
function socketOf(address: string): string {
  const from = new URL(address);
  const to = new URL(from.searchParams.get("path") ?? "", from);
  to.protocol = from.protocol === "https:" ? "wss:" : "ws:";
  return to.href;
}

const stream = new Stream();
// Node's own WebSocket takes headers too, which its types leave out. Nova compares who asks with whom is asked.
const options = { protocols: ["binary"], headers: { origin: new URL(page).origin } };
const socket = new WebSocket(socketOf(page), options as unknown as string[]);
socket.binaryType = "arraybuffer";
socket.onmessage = ({ data }) => stream.give(Buffer.from(data as ArrayBuffer));
socket.onclose = ({ code, reason }) => stream.end(`the console hung up: ${code} ${reason}`);
await new Promise<void>((opened, fail) => {
  socket.onopen = () => opened();
  socket.onerror = (event) => {
    const { message = "", error } = event as unknown as { message?: string; error?: Error };
    fail(
      new Error(
        `no console at ${socketOf(page).replace(/token=.*/, "token=...")}: ${error?.cause ?? message}`,
      ),
    );
  };
});

const send = (...parts: (number | string)[]) =>
  socket.send(
    Buffer.concat(
      parts.map((part) =>
        typeof part === "string" ? Buffer.from(part, "latin1") : Buffer.of(part),
      ),
    ),
  );

/** Agrees on the version, on no password, and on the form of pixels; gives the size of the screen. */
async function greet(): Promise<{ width: number; height: number }> {
  await stream.take(12);
  send("RFB 003.008\n");
  const [kinds = 0] = await stream.take(1);
  const offered = await stream.take(kinds);
  if (!offered.includes(1)) throw new Error(`the console wants a password: ${[...offered]}`);
  send(1);
  if ((await stream.take(4)).readUInt32BE() !== 0) throw new Error("the console lets nobody in");
  send(1);
  const first = await stream.take(24);
  await stream.take(first.readUInt32BE(20));
  // 32 bits a pixel; raw, and told when the screen's size changes.
  send(0, 0, 0, 0, 32, 24, 0, 1, 0, 255, 0, 255, 0, 255, 16, 8, 0, 0, 0, 0);
  send(2, 0, 0, 2, "\0\0\0\0", "\xff\xff\xff\x21");
  return { width: first.readUInt16BE(0), height: first.readUInt16BE(2) };
}

const screen = { ...(await greet()), pixels: Buffer.alloc(0) };
screen.pixels = Buffer.alloc(screen.width * screen.height * 4);

async function rectangle(): Promise<void> {
  const head = await stream.take(12);
  const [x = 0, y = 0, width = 0, height = 0] = [0, 2, 4, 6].map((at) => head.readUInt16BE(at));
  if (head.readInt32BE(8) === -223) {
    Object.assign(screen, { width, height, pixels: Buffer.alloc(width * height * 4) });
    return;
  }
  const bytes = await stream.take(width * height * 4);
  for (let row = 0; row < height; row += 1) {
    const line = bytes.subarray(row * width * 4, (row + 1) * width * 4);
    line.copy(screen.pixels, ((y + row) * screen.width + x) * 4);
  }
}

/** The whole screen as it is now. */
async function look(): Promise<Buffer> {
  const { width, height } = screen;
  send(3, 0, 0, 0, 0, 0, width >> 8, width & 255, height >> 8, height & 255);
  for (;;) {
    const [kind] = await stream.take(1);
    if (kind === 0) {
      const count = (await stream.take(3)).readUInt16BE(1);
      for (let each = 0; each < count; each += 1) await rectangle();
      if (screen.width === width && screen.height === height) return Buffer.from(screen.pixels);
      return look();
    }
    if (kind === 1) await stream.take((await stream.take(5)).readUInt16BE(3) * 6);
    if (kind === 3) await stream.take((await stream.take(7)).readUInt32BE(3));
  }
}

/** How many places of letters differ. */
function changed(one: Buffer, other: Buffer): number {
  const places = new Set<string>();
  for (let at = 0; at < one.length; at += 4) {
    if (one.readUInt32BE(at) === other.readUInt32BE(at)) continue;
    const pixel = at / 4;
    const [x, y] = [pixel % screen.width, Math.floor(pixel / screen.width)];
    places.add(`${Math.floor(x / letter.width)},${Math.floor(y / letter.height)}`);
  }
  return places.size;
}

async function type(keys: string): Promise<void> {
  for (const key of keys) {
    const sign = key === "\n" ? [0xff, 0x0d] : [0, key.charCodeAt(0)];
    for (const down of [1, 0]) send(4, down, 0, 0, 0, 0, ...sign);
    await sleep(50);
  }
}

// A key wakes a screen that has gone dark; then a cursor is all that may still move.
await type("\n");
let before = await look();
for (let tries = 0; tries < 20; tries += 1) {
  await sleep(1000);
  const now = await look();
  const still = now.length === before.length && changed(before, now) <= 2;
  before = now;
  if (still) break;
}
await type(text);
await sleep(2000);
const after = await look();
const letters = after.length === before.length ? changed(before, after) : 0;
console.log(JSON.stringify({ letters, width: screen.width, height: screen.height }));
process.exit(0);

/**
 * Answers the hosts' apt, at the "internet" behind the gateway. Started at the first connection with
 * two listening sockets that lie in the internet's namespace, while the process itself is in the
 * machine's, where the Debian mirror can be reached. What was fetched once stays in the cache folder.
 *
 *   package-cache.ts FOLDER MIRRORS      MIRRORS as JSON, see mirrors.ts
 */
import { createReadStream } from "node:fs";
import { mkdir, rename, rm, stat, utimes } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { dirname, join, normalize } from "node:path";
import { attempt } from "./command.ts";

const [folder = "", mirrorsText = "{}"] = process.argv.slice(2);
const mirrors = new Map<string, string>(Object.entries(JSON.parse(mirrorsText)));
const indexIsFreshForMs = 10 * 60 * 1000;
const underWay = new Map<string, Promise<Fetched>>();
let partials = 0;

type Fetched = "fetched" | "absent" | "failed";

/** apt's own downloader: it knows the machine's proxies, certificates and credentials. */
async function download(uri: string, file: string): Promise<Fetched> {
  const partial = join(folder, "partial", `${process.pid}-${partials++}`);
  await mkdir(dirname(partial), { recursive: true });
  const outcome = await attempt(["/usr/lib/apt/apt-helper", "download-file", uri, partial]);
  if (outcome.status !== 0) {
    await rm(partial, { force: true });
    if (/\s404\s+Not Found/.test(outcome.stderr)) return "absent";
    console.error(`${uri}: ${outcome.stderr.trim()}`);
    return "failed";
  }
  // The time of a file is when we fetched it: that is what its freshness is judged by.
  const now = new Date();
  await utimes(partial, now, now);
  await mkdir(dirname(file), { recursive: true });
  await rename(partial, file);
  return "fetched";
}

/** Five hosts that want the same package at once wait for one download. */
function downloadOnce(uri: string, file: string): Promise<Fetched> {
  const already = underWay.get(uri);
  if (already !== undefined) return already;
  const started = download(uri, file).finally(() => underWay.delete(uri));
  underWay.set(uri, started);
  return started;
}

async function sendFile(path: string, request: IncomingMessage, response: ServerResponse) {
  const { size, mtime } = await stat(path);
  const known = Date.parse(request.headers["if-modified-since"] ?? "");
  if (known >= Math.floor(mtime.getTime() / 1000) * 1000) {
    response.writeHead(304).end();
    return;
  }
  response.writeHead(200, { "content-length": size, "last-modified": mtime.toUTCString() });
  if (request.method === "HEAD") response.end();
  else
    createReadStream(path)
      .on("error", () => response.destroy())
      .pipe(response);
}

async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = normalize(decodeURIComponent(new URL(request.url ?? "/", "http://cache").pathname));
  if (path === "/ip") {
    response.end(`${request.socket.remoteAddress?.replace(/^::ffff:/, "")}\n`);
    return;
  }
  const [, archive = "", rest = ""] = /^\/([^/]+)\/(.+)$/.exec(path) ?? [];
  const mirror = mirrors.get(archive);
  if (mirror === undefined || rest.endsWith("/")) {
    response.writeHead(404).end("no such archive\n");
    return;
  }
  const file = join(folder, archive, rest);
  const age = await stat(file).then(
    (found) => Date.now() - found.mtimeMs,
    () => Number.POSITIVE_INFINITY,
  );
  // A package and an index named by its hash never change. Other indexes are asked for again, and an
  // old one is better than none when the mirror does not answer.
  const lasting = rest.startsWith("pool/") || rest.includes("/by-hash/");
  const outcome =
    age < (lasting ? Number.POSITIVE_INFINITY : indexIsFreshForMs)
      ? "fetched"
      : await downloadOnce(`${mirror}/${encodeURI(rest)}`, file);
  if (outcome === "absent") response.writeHead(404).end("the mirror does not have it\n");
  else if (outcome === "failed" && age === Number.POSITIVE_INFINITY) {
    response.writeHead(502).end("the mirror does not answer\n");
  } else await sendFile(file, request, response);
}

for (const fd of [3, 4]) {
  createServer((request, response) => {
    serve(request, response).catch((error: unknown) => {
      console.error(`${request.url}: ${error}`);
      if (response.headersSent) response.destroy();
      else response.writeHead(500).end();
    });
  }).listen({ fd });
}

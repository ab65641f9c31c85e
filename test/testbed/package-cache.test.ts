import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { type AddressInfo, createServer as createSocket, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";

const apt = existsSync("/usr/lib/apt/apt-helper");

/** The cache as it is started: with two listening sockets as its descriptors 3 and 4. */
describe("the package cache", { skip: !apt && "this machine has no apt" }, () => {
  let folder = "";
  let cache: ChildProcess;
  let url = "";
  let asked: string[] = [];
  let mirrorAnswers = true;
  const mirror = createServer((request, response) => {
    asked.push(request.url ?? "");
    if (!mirrorAnswers) response.writeHead(500).end();
    else if (request.url?.includes("missing")) response.writeHead(404).end();
    else response.end(`content of ${request.url}`);
  });

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "quintet-packages-"));
    const port = await listening(mirror);
    const sockets = [createSocket(), createSocket()] as const;
    url = `http://127.0.0.1:${await listening(sockets[0])}`;
    await listening(sockets[1]);
    const program = join(import.meta.dirname, "../../testbed/package-cache.ts");
    const mirrors = JSON.stringify({ debian: `http://127.0.0.1:${port}/debian` });
    // What listens is the handle that a server holds, and Node does not put it into its types.
    const handles = sockets.map(
      (socket) => (socket as unknown as { _handle: { fd: number } })._handle.fd,
    );
    cache = spawn(process.execPath, [program, folder, mirrors], {
      stdio: ["ignore", "ignore", "ignore", ...handles],
    });
    for (const socket of sockets) socket.close();
  });

  after(async () => {
    cache.kill("SIGKILL");
    mirror.close();
    mirror.closeAllConnections();
    await rm(folder, { recursive: true, force: true });
  });

  async function get(path: string): Promise<{ status: number; body: string }> {
    asked = [];
    const answer = await fetch(`${url}${path}`);
    return { status: answer.status, body: await answer.text() };
  }

  test("tells callers their own address", async () => {
    assert.equal((await get("/ip")).body, "127.0.0.1\n");
  });

  test("fetches a package once, also when several want it at once", async () => {
    const path = "/debian/pool/main/l/libstdc%2b%2b6/libstdc++6_14~1+b1.deb";
    asked = [];
    const answers = await Promise.all([1, 2, 3].map(() => fetch(url + path).then((a) => a.text())));
    assert.equal(new Set(answers).size, 1);
    assert.equal(asked.length, 1);
    assert.equal((await get(path)).status, 200);
    assert.deepEqual(asked, []);
  });

  test("what the mirror does not have is absent, and asked for again", async () => {
    assert.equal((await get("/debian/dists/missing/InRelease")).status, 404);
    assert.equal((await get("/debian/dists/missing/InRelease")).status, 404);
    assert.equal(asked.length, 1);
  });

  test("a mirror that fails is not an absent package", async () => {
    mirrorAnswers = false;
    const { status } = await get("/debian/pool/main/n/new/new_1_all.deb");
    mirrorAnswers = true;
    assert.equal(status, 502);
    assert.equal((await get("/debian/pool/main/n/new/new_1_all.deb")).status, 200);
  });

  for (const path of ["/debian/%2e%2e/%2e%2e/etc/passwd", "/other/pool/x", "/", "/debian/pool/"]) {
    test(`${path} is nothing of ours`, async () => {
      assert.equal((await get(path)).status, 404);
      assert.deepEqual(asked, []);
    });
  }
});

async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}

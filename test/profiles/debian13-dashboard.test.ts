import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { text as textOf } from "node:stream/consumers";
import { after, before, describe, test } from "node:test";
import { selectProfile } from "../../profiles/profile.ts";
import { create } from "../../providers/drawn.ts";

const { dashboard } = selectProfile("debian13-epoxy");
const files = dashboard.files({
  controller: "controller",
  address: "203.0.113.2",
  names: ["203.0.113.2", "cloud.example.org"],
  workers: 1,
});
const text = (path: RegExp) => files.find((file) => path.test(file.path))?.content ?? "";

describe("the dashboard's web server", () => {
  test("listens at the address outside, on the one port that the outside sees", () => {
    const asked = files.flatMap(({ content }) => content.match(/^ *Listen .*$/gm) ?? []);
    assert.deepEqual(asked, [`Listen 203.0.113.2:${dashboard.publicSide.port}`]);
  });

  test("has its certificate and key where they are put, and the key is root's alone", () => {
    const site = text(/sites-enabled/);
    assert.ok(site.includes(`SSLCertificateFile ${dashboard.certificate.path}\n`));
    assert.ok(site.includes(`SSLCertificateKeyFile ${dashboard.key.path}\n`));
    assert.equal(dashboard.key.mode, "0600");
    for (const { path } of [dashboard.certificate, dashboard.key]) {
      assert.equal(path.slice(0, path.lastIndexOf("/")), dashboard.folder.path);
    }
  });

  test("hands consoles on to the controller, and says itself how their page begins", () => {
    const { path, port } = dashboard.consoles;
    const passed = text(/sites-enabled/).match(/ProxyPass .*/g);
    // The first that fits is the one that counts.
    assert.deepEqual(passed, [
      `ProxyPass ${path}defaults.json !`,
      `ProxyPass ${path} http://controller:${port}/ upgrade=websocket timeout=3600`,
    ]);
  });
});

test("the dashboard's own settings come after those of its package", () => {
  const settings = files.find(({ path }) => path.includes("local_settings.d"));
  const packages = ["_0001_debian_debug.py", "_0006_debian_cache.py"];
  const name = settings?.path.split("/").at(-1) ?? "";
  assert.equal([...packages, name].sort().at(-1), name);
  assert.match(settings?.content ?? "", /^ALLOWED_HOSTS = \["203.0.113.2","cloud.example.org"\]$/m);
});

const skip = spawnSync("python3", ["--version"]).status === 0 ? false : "there is no python3 here";

describe("that the dashboard asks for name and password", { skip }, () => {
  let server: Server;
  let page: [number, string];
  before(async () => {
    const wish = { commonName: "Quintet CA", draw: 1 };
    const { certificatePem, privateKeyPem } = (await create("CertificateAuthority", wish)).outs;
    const proof = { cert: String(certificatePem), key: String(privateKeyPem) };
    server = createServer(proof, ({ url, headers }, response) => {
      const right = url === "/auth/login/" && headers.host === "127.0.0.1";
      response.writeHead(right ? page[0] : 404);
      response.end(right ? page[1] : "");
    });
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  });
  after(() => server.close());

  async function looked(port = String((server.address() as AddressInfo).port)) {
    const { check } = dashboard.answers({ address: "127.0.0.1" } as never);
    const here = check.text.replace("443", port);
    const shell = spawn("sh", ["-c", here]);
    const ended = new Promise<number | null>((resolve) => shell.on("close", resolve));
    return { stderr: await textOf(shell.stderr), status: await ended };
  }

  test("is seen by its page, whoever signed for it", async () => {
    page = [200, `${"<p>".repeat(50_000)}<input name="csrfmiddlewaretoken">`];
    assert.equal((await looked()).status, 0);
  });

  test("is not so on another page, nor where it fails or nobody listens", async () => {
    page = [200, "It works!"];
    assert.equal((await looked()).status, 1);
    page = [500, "csrfmiddlewaretoken"];
    const failed = await looked();
    assert.deepEqual(failed.status, 1);
    assert.match(failed.stderr, /the dashboard answers HTTP\/1\.\d 500/);
    assert.match((await looked("9")).stderr, /refused/);
  });
});

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { selectProfile } from "../../profiles/profile.ts";

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

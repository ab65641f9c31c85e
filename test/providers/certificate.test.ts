import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { check, create, diff, update } from "../../providers/drawn.ts";

const folder = mkdtempSync(join(tmpdir(), "quintet-certificates-"));
after(() => rmSync(folder, { recursive: true }));

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text, { mode: 0o600 });
  return path;
}

function openssl(...args: string[]): string {
  const { status, stdout, stderr } = spawnSync("openssl", args, { encoding: "utf8" });
  assert.equal(status, 0, stderr + stdout);
  return stdout;
}

const days = (until: string) => (Date.parse(until) - Date.now()) / 86_400_000;

describe("a certificate", () => {
  let wish: Record<string, unknown> & { caPem: string };
  let authority: Awaited<ReturnType<typeof create>>["outs"];
  let leaf: typeof authority;
  let caPath: string;
  let leafPath: string;

  before(async () => {
    authority = (await create("CertificateAuthority", { commonName: "Quintet CA", draw: 1 })).outs;
    wish = {
      commonName: "compute2",
      dnsNames: ["compute2", "compute2.lan"],
      addresses: ["192.168.0.2", "fd00::2"],
      caPem: authority.certificatePem,
      caPrivateKeyPem: authority.privateKeyPem,
      draw: 1,
    };
    leaf = (await create("Certificate", wish)).outs;
    caPath = file("ca.pem", authority.certificatePem);
    leafPath = file("leaf.pem", leaf.certificatePem);
  });

  for (const purpose of ["sslserver", "sslclient"]) {
    test(`is good as ${purpose} for its names, says openssl`, () => {
      const strict = ["verify", "-x509_strict", "-purpose", purpose, "-CAfile", caPath];
      openssl(...strict, "-verify_hostname", "compute2.lan", leafPath);
      openssl(...strict, "-verify_ip", "192.168.0.2", leafPath);
      openssl(...strict, "-verify_ip", "fd00::2", leafPath);
    });
  }

  test("is not good for another name, nor under another authority", async () => {
    const other = (await create("CertificateAuthority", { commonName: "Quintet CA", draw: 1 }))
      .outs;
    const otherPath = file("other.pem", other.certificatePem);
    const verify = (...args: string[]) => spawnSync("openssl", ["verify", ...args]).status;
    assert.notEqual(verify("-CAfile", caPath, "-verify_hostname", "compute3", leafPath), 0);
    assert.notEqual(verify("-CAfile", otherPath, leafPath), 0);
  });

  test("has what migration over TLS asks for", () => {
    const text = openssl("x509", "-in", leafPath, "-noout", "-text");
    assert.match(text, /Key Usage: critical\s+Digital Signature\n/);
    assert.match(text, /TLS Web Server Authentication, TLS Web Client Authentication/);
    assert.match(text, /Basic Constraints: critical\s+CA:FALSE/);
    assert.match(text, /NIST CURVE: P-256/);
    const ca = openssl("x509", "-in", caPath, "-noout", "-text");
    assert.match(ca, /Key Usage: critical\s+Certificate Sign, CRL Sign/);
    assert.match(ca, /Basic Constraints: critical\s+CA:TRUE, pathlen:0/);
  });

  test("belongs to its key, in PKCS #8", () => {
    assert.match(leaf.privateKeyPem, /^-----BEGIN PRIVATE KEY-----\n/);
    const keyPath = file("leaf.key", leaf.privateKeyPem);
    const ofKey = openssl("pkey", "-in", keyPath, "-pubout");
    assert.equal(openssl("x509", "-in", leafPath, "-noout", "-pubkey"), ofKey);
  });

  test("lives long, and never longer than its authority", () => {
    assert.equal(Math.round(days(leaf.notAfter)), 825);
    assert.equal(Math.round(days(authority.notAfter)), 3650);
    assert.ok(Date.parse(new X509Certificate(leaf.certificatePem).validFrom) < Date.now());
  });

  test("keeps the authority's key out of what it returns", () => {
    assert.ok(!JSON.stringify(leaf).includes(authority.privateKeyPem.split("\n")[1] ?? "?"));
  });

  test("stays while nothing moves, and is issued anew when anything does", async () => {
    assert.equal(diff("Certificate", leaf, wish).changes, false);
    const renewed = await create("CertificateAuthority", { commonName: "Quintet CA", draw: 2 });
    const moves: Record<string, unknown>[] = [
      { draw: 2 },
      { dnsNames: ["compute2"] },
      { addresses: ["192.168.0.3"] },
      { caPem: renewed.outs.certificatePem, caPrivateKeyPem: renewed.outs.privateKeyPem },
    ];
    for (const move of moves) {
      const news = { ...wish, ...move };
      assert.equal(diff("Certificate", leaf, news).changes, true, Object.keys(move).join());
      const { outs } = await update("Certificate", leaf, news);
      assert.notEqual(outs.certificatePem, leaf.certificatePem);
      assert.equal(diff("Certificate", outs, news).changes, false);
    }
  });

  test("is renewed 60 days before its end, and so is the authority", () => {
    const left = (count: number) => new Date(Date.now() + count * 24 * 3600 * 1000).toISOString();
    for (const [kind, drawn, news] of [
      ["Certificate", leaf, wish],
      ["CertificateAuthority", authority, { commonName: authority.commonName, draw: 1 }],
    ] as const) {
      const changes = (count: number) =>
        diff(kind, { ...drawn, notAfter: left(count) }, news).changes;
      assert.deepEqual([changes(61), changes(59), changes(-1)], [false, true, true], kind);
    }
  });

  test("for an address that is none is refused by name", () => {
    const { failures } = check("Certificate", { ...wish, addresses: ["192.168.0.2", "gateway"] });
    assert.deepEqual(failures, [{ property: "addresses.1", reason: "not an IP address" }]);
  });
});

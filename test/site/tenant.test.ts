import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { appendFileSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { BadConfig } from "../../site/problems.ts";
import { parseSite } from "../../site/site.ts";
import { guestImageOf, publicKeyOf } from "../../site/tenant-files.ts";
import { sample, texts } from "./sample.ts";

const tenantOf = (tenant: object) =>
  parseSite(texts({ ...sample(), tenant }), new Set<string>()).tenant;
const refusal = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    assert.ok(error instanceof BadConfig);
    return error.message;
  }
  throw new Error("nothing was refused");
};
const key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIPnVx2ePkBzzFHJ3SWpRrjNMiBW4xmtrXlwVvCfvMA4r me";

describe("the tenant of a config", () => {
  let folder: string;
  let outside: string | undefined;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "quintet-tenant-"));
    outside = process.env.QUINTET_SSH_CONFIG;
    process.env.QUINTET_SSH_CONFIG = join(folder, "ssh_config");
  });
  after(() => {
    if (outside === undefined) delete process.env.QUINTET_SSH_CONFIG;
    else process.env.QUINTET_SSH_CONFIG = outside;
    rmSync(folder, { recursive: true });
  });

  test("is there without a word about it", () => {
    const { project, member, flavors } = tenantOf({});
    assert.deepEqual([project, member], ["demo", "demo"]);
    assert.deepEqual(flavors.tiny, { vcpus: 1, ram: 256, disk: 1 });
  });

  test("may not be called like what the cloud has itself", () => {
    const said = refusal(() => tenantOf({ member: "nova", project: "service" }));
    assert.match(said, /quintet:tenant\.member: found "nova"/);
    assert.match(said, /quintet:tenant\.project: found "service"/);
  });

  test("names its key by its text, or by a file beside the ssh config", () => {
    writeFileSync(join(folder, "id.pub"), `${key}\n`);
    assert.equal(publicKeyOf(tenantOf({ publicKey: key }), "testbed"), key);
    assert.equal(publicKeyOf(tenantOf({ publicKey: "id.pub" }), "testbed"), key);
    assert.equal(publicKeyOf(tenantOf({}), "testbed"), undefined);
  });

  test("with a file that is none, or no key, is refused in words", () => {
    const missing = refusal(() => publicKeyOf(tenantOf({ publicKey: "gone.pub" }), "testbed"));
    assert.match(missing, /quintet:tenant\.publicKey: found a file that cannot be read \(ENOENT/);
    writeFileSync(join(folder, "id"), "-----BEGIN OPENSSH PRIVATE KEY-----\n");
    const wrong = refusal(() => publicKeyOf(tenantOf({ publicKey: "id" }), "testbed"));
    assert.match(wrong, /found id, which holds no public key/);
    assert.doesNotMatch(wrong, /PRIVATE/);
  });

  const body = `b3BlbnNzaC1rZXktdjEAAAAABG5vbmU${"A".repeat(300)}`;
  const pem = `-----BEGIN OPENSSH PRIVATE KEY-----\n${body}\n-----END OPENSSH PRIVATE KEY-----\n`;
  for (const [how, pasted] of [
    ["in lines", pem],
    ["in one line", pem.replaceAll("\n", " ")],
    ["without its first and last line", body],
    ["as the comment of a public key", `${key} ${pem.replaceAll("\n", " ")}`],
    ["beside its public half", `${key}\n${pem}`],
    ["of PuTTY", `PuTTY-User-Key-File-3: ssh-ed25519\nPrivate-Lines: 1\n${body}\n`],
  ] as const) {
    test(`with a private key ${how} in place of a public one is refused without a word of it`, () => {
      const said = refusal(() => publicKeyOf(tenantOf({ publicKey: pasted }), "testbed"));
      assert.match(said, /quintet:tenant\.publicKey: found a (private key|text of \d+ characters)/);
      assert.match(said, /config set --path 'quintet:tenant\.publicKey' id_ed25519\.pub/);
      assert.doesNotMatch(said, /b3Blbn|BEGIN|AAAAC3/);
    });
  }

  test("has an image by its bytes, unless it says them by their checksum", () => {
    writeFileSync(join(folder, "disk.raw"), "bytes");
    const image = { name: "small", file: "disk.raw", format: "raw" };
    const checksum = `sha512:${createHash("sha512").update("bytes").digest("hex")}`;
    assert.deepEqual(guestImageOf(tenantOf({ image }), "testbed"), {
      name: "small",
      file: join(folder, "disk.raw"),
      diskFormat: "raw",
      checksum,
    });
    const elsewhere = { ...image, file: "/nowhere/disk.raw", checksum };
    assert.equal(guestImageOf(tenantOf({ image: elsewhere }), "testbed")?.checksum, checksum);
    const said = refusal(() => guestImageOf(tenantOf({ image: { ...image, file: "no" } }), "t"));
    assert.match(said, /quintet:tenant\.image\.file: found a file that cannot be read/);
    assert.match(said, /tenant\.image\.checksum/);
  });

  test("has no image by a digest that the cloud does not keep", () => {
    const image = { name: "small", file: "disk.raw", checksum: `sha256:${"a".repeat(64)}` };
    assert.match(
      refusal(() => tenantOf({ image })),
      /image\.checksum: found .*sha512sum prints it/s,
    );
  });

  test("reads a large image in blocks", () => {
    const path = join(folder, "large.raw");
    writeFileSync(path, "");
    truncateSync(path, 128 * 1024 * 1024);
    appendFileSync(path, "end");
    const sum = spawnSync("sha512sum", [path], { encoding: "utf8" }).stdout.split(" ")[0];
    const before = process.resourceUsage().maxRSS;
    const found = guestImageOf(tenantOf({ image: { name: "large", file: path } }), "testbed");
    assert.equal(found?.checksum, `sha512:${sum}`);
    const grown = (process.resourceUsage().maxRSS - before) / 1024;
    assert.ok(grown < 64, `${grown} MiB more`);
  });
});

import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import type { Client } from "ssh2";
import { connect } from "../../../providers/transport/connection.ts";
import { keyIn, type SshServer, serve } from "./ssh-servers.ts";

const folder = mkdtempSync(join(tmpdir(), "quintet-jumps-"));
const twenty = Array.from({ length: 20 }, (_, index) => `compute${index + 1}`);
let jump: SshServer;
let target: SshServer;
let common: string;

const write = (name: string, text: string) => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};
const config = (name: string, text: string) => write(name, `${text}\n${common}`);
const toTarget = () => `Host compute*\n  HostName 127.0.0.1\n  Port ${target.port}\n`;

async function until(holds: () => boolean): Promise<void> {
  for (let tries = 0; tries < 200 && !holds(); tries += 1) await sleep(10);
}

async function end(clients: readonly Client[]): Promise<void> {
  for (const client of clients) client.end();
  await until(() => target.open.size === 0 && jump.open.size === 0);
}

describe("hosts behind a jump", { timeout: 20_000 }, () => {
  before(async () => {
    [jump, target] = await Promise.all([serve(), serve()]);
    const known = write("known_hosts", jump.knownHosts + target.knownHosts);
    common = `Host *\n  User me\n  IdentitiesOnly yes\n  IdentityFile ${keyIn(folder)}\n  UserKnownHostsFile ${known}\n`;
  });
  after(() => {
    jump.close();
    target.close();
    rmSync(folder, { recursive: true, force: true });
  });

  test("twenty at once share one connection to it, which ends with the last of theirs", async () => {
    const file = config("one", `${toTarget()}  ProxyJump me@127.0.0.1:${jump.port}`);
    const seen = jump.seen;
    const [first, ...others] = await Promise.all(twenty.map((name) => connect(name, file)));
    assert.equal(jump.seen - seen, 1);
    for (const client of others) client.end();
    await until(() => target.open.size === 1);
    assert.equal(jump.open.size, 1, "the first still needs it");
    await end([first as Client]);
    assert.deepEqual([target.open.size, jump.open.size], [0, 0]);
  });

  test("one comes back after the jump has broken off", async () => {
    const file = config("broken", `${toTarget()}  ProxyJump me@127.0.0.1:${jump.port}`);
    const lost = await connect("compute1", file);
    const closed = new Promise<void>((done) => lost.once("close", () => done()));
    for (const connection of jump.open) connection.end();
    await closed;
    await end([await connect("compute1", file)]);
  });

  test("a list is gone through in its order", async () => {
    const hop = await serve();
    after(() => hop.close());
    const known = write("known_more", jump.knownHosts + target.knownHosts + hop.knownHosts);
    const file = write(
      "list",
      `${toTarget()}  ProxyJump 127.0.0.1:${jump.port},hop\nHost hop\n  HostName 127.0.0.1\n  Port ${hop.port}\n${common.replace(/UserKnownHostsFile .*/, `UserKnownHostsFile ${known}`)}`,
    );
    const clients = await Promise.all(twenty.map((name) => connect(name, file)));
    assert.deepEqual([jump.open.size, hop.open.size, target.open.size], [1, 1, 20]);
    await end(clients);
    assert.equal(hop.open.size, 0);
  });

  test("a dead jump is told under the names of those behind it", async () => {
    const file = config("dead", `${toTarget()}  ProxyJump me@127.0.0.1:1`);
    const tried = await Promise.allSettled(twenty.map((name) => connect(name, file)));
    for (const [index, one] of tried.entries()) {
      const said = one.status === "rejected" ? String(one.reason) : "it was reached";
      assert.match(
        said,
        new RegExp(
          `^HostUnreachable: ${twenty[index]} cannot be reached: its jump me@127.0.0.1:1 cannot be reached: me@127.0.0.1 port 1: .*ECONNREFUSED`,
        ),
      );
      assert.match(said, /Next: try by hand: ssh -F \S+dead ssh:\/\/me@127\.0\.0\.1:1\. Whatever/);
      assert.doesNotMatch(said, /quintet:down/);
    }
  });

  test("a host that is off does not keep the jump", async () => {
    const file = config(
      "off",
      `Host compute1\n  HostName 127.0.0.1\n  Port 1\n  ProxyJump 127.0.0.1:${jump.port}`,
    );
    await assert.rejects(
      connect("compute1", file),
      /compute1 cannot be reached: me@127\.0\.0\.1 port 1: its jump 127\.0\.0\.1:\d+ does not get there/,
    );
    await until(() => jump.open.size === 0);
    assert.equal(jump.open.size, 0);
  });

  test("a host whose key is unknown does not keep a channel on a jump that others use", async () => {
    const file = config(
      "unknown",
      `Host compute2\n  HostKeyAlias nobody\n${toTarget()}  ProxyJump 127.0.0.1:${jump.port}`,
    );
    const client = await connect("compute1", file);
    await assert.rejects(connect("compute2", file), /compute2 .*its host key .* is unknown/);
    await until(() => target.open.size === 1);
    assert.equal(target.open.size, 1);
    await end([client]);
  });
});

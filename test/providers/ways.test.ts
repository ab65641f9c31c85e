import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { keyIn, serve } from "./transport/ssh-servers.ts";

const clone = join(import.meta.dirname, "../..");
const folder = mkdtempSync(join(tmpdir(), "quintet-ways-"));
const host = await serve();
const engine = createServer();
after(() => {
  host.close();
  engine.close();
  rmSync(folder, { recursive: true });
});

const list = join(folder, ".quintet/asked-of-hosts-lab.json");
const asked = JSON.stringify({ compute9: [{ text: "true", seconds: 20 }] });
const script = join(folder, "dynamic-provider.mjs");

/** Runs what the engine starts as a provider, which nobody asks anything; was the host told to run something? */
async function provider(address: string, scout = ""): Promise<boolean> {
  host.ran.length = 0;
  const start = pathToFileURL(join(clone, "providers/transport/from-the-start.ts")).href;
  const config = join(folder, "ssh_config");
  const ours = { QUINTET_STACK: "lab", QUINTET_SSH_CONFIG: config, QUINTET_SCOUT: scout };
  const env = { ...process.env, ...ours };
  const words = ["--import", start, script, address];
  await promisify(execFile)(process.execPath, words, { cwd: folder, env });
  return host.ran.length > 0;
}

before(async () => {
  mkdirSync(join(folder, ".quintet"));
  symlinkSync(join(clone, "providers"), join(folder, "providers"));
  symlinkSync(join(clone, "node_modules"), join(folder, "node_modules"));
  writeFileSync(join(folder, "known"), host.knownHosts);
  writeFileSync(
    join(folder, "ssh_config"),
    `Host compute9
  HostName 127.0.0.1
  Port ${host.port}
  User me
  IdentitiesOnly yes
  IdentityFile ${keyIn(folder)}
  UserKnownHostsFile ${join(folder, "known")}\n`,
  );
  writeFileSync(list, asked);
  // A provider that is told nothing for a while, and then ends.
  writeFileSync(script, "setTimeout(() => process.exit(0), 600);");
  await new Promise<void>((done) => engine.listen(0, "127.0.0.1", done));
});

const addresses = () => {
  const { port } = engine.address() as { port: number };
  return [`127.0.0.1:${port}`, `localhost:${port}`] as const;
};

test("the first provider of an engine asks before it is asked, the next one does not", async () => {
  const [first, second] = addresses();
  assert.equal(await provider(first), true);
  assert.equal(await provider(first), false);
  // Another engine beside it: each has its own first one.
  assert.equal(await provider(second), true);
  assert.equal(await provider(first), false);
  assert.equal(readFileSync(list, "utf8"), asked);
});

test("what the launcher's scout has begun to ask, a provider does not ask", async () => {
  const [first] = addresses();
  const forget = () => rmSync(join(folder, ".quintet/looking-for-lab"), { force: true });
  const scout = pathToFileURL(join(clone, "operations/pulumi/scout.ts")).href;
  const program = `const { scout } = await import(${JSON.stringify(scout)}); await scout("lab", ${process.pid});`;
  const env = { ...process.env, QUINTET_SSH_CONFIG: join(folder, "ssh_config") };
  const words = ["--input-type=module", "--eval", program];
  host.ran.length = 0;
  const socket = join(".quintet", `scout-${process.pid}.sock`);
  // One that was killed had the same number.
  writeFileSync(join(folder, socket), "");
  const scouting = spawn(process.execPath, words, { cwd: folder, env, stdio: "ignore" });
  const ended = new Promise<number | null>((done) => scouting.on("close", done));
  const deadline = Date.now() + 10_000;
  // This host answers nothing, and is asked once more.
  while (Date.now() < deadline && (host.ran.length < 2 || !existsSync(join(folder, socket)))) {
    await setTimeout(10);
  }
  assert.equal(host.ran.length, 2);
  forget();
  assert.equal(await provider(first, socket), false);
  assert.equal(await ended, 0);
  assert.equal(existsSync(join(folder, socket)), false);
  // The next one finds nobody, and asks.
  forget();
  assert.equal(await provider(first, socket), true);
});

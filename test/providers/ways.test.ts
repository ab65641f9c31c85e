import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";

const clone = join(import.meta.dirname, "../..");
const folder = mkdtempSync(join(tmpdir(), "quintet-ways-"));
const reached = join(folder, "reached");
const engine = createServer();
after(() => {
  engine.close();
  rmSync(folder, { recursive: true });
});

/** Runs what the engine starts as a provider, which nobody asks anything. Did it reach for the host? */
async function provider(address: string): Promise<boolean> {
  rmSync(reached, { force: true });
  const start = pathToFileURL(join(clone, "providers/transport/from-the-start.ts")).href;
  const script = join(folder, "dynamic-provider.mjs");
  const env = {
    ...process.env,
    QUINTET_STACK: "lab",
    QUINTET_SSH_CONFIG: join(folder, "ssh_config"),
  };
  const words = ["--import", start, script, address];
  await promisify(execFile)(process.execPath, words, { cwd: folder, env });
  return existsSync(reached);
}

test("the first provider of an engine begins to look before it is asked, the next one does not", async () => {
  mkdirSync(join(folder, ".quintet"));
  symlinkSync(join(clone, "providers"), join(folder, "providers"));
  symlinkSync(join(clone, "node_modules"), join(folder, "node_modules"));
  writeFileSync(join(folder, "ssh_config"), `Host compute9\n  ProxyCommand touch ${reached}\n`);
  const asked = { compute9: [{ text: "true", seconds: 20 }] };
  writeFileSync(join(folder, ".quintet/asked-of-hosts-lab.json"), JSON.stringify(asked));
  // Whoever ends a while later than its engine does so by itself.
  writeFileSync(join(folder, "dynamic-provider.mjs"), "");
  await new Promise<void>((done) => engine.listen(0, "127.0.0.1", done));
  const { port } = engine.address() as { port: number };

  assert.equal(await provider(`127.0.0.1:${port}`), true);
  assert.equal(await provider(`127.0.0.1:${port}`), false);
  // Another engine at the same door, as far as the note can tell.
  assert.equal(await provider(`localhost:${port}`), true);
});

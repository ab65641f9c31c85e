import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";

const folder = mkdtempSync(join(tmpdir(), "quintet-launcher-"));
after(() => rmSync(folder, { recursive: true }));
const launcher = join(folder, "operations/bin/pulumi");

/** A clone in which the settings are settled so. */
function settling(text: string) {
  rmSync(folder, { recursive: true });
  for (const path of ["operations/bin", "operations/pulumi"]) {
    mkdirSync(join(folder, path), { recursive: true });
  }
  copyFileSync(join(import.meta.dirname, "../../operations/bin/pulumi"), launcher);
  const bin = join(folder, "node_modules/.bin");
  mkdirSync(bin, { recursive: true });
  symlinkSync(process.execPath, join(bin, "node"));
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
  writeFileSync(join(folder, "operations/pulumi/settle.ts"), text);
}

test("whoever waits for the end of the CLI, or for a lock that it has open, does not wait for the scout", async () => {
  settling(`import { closeSync, writeSync } from "node:fs";
writeSync(1, "quintet_cli=sh; scout=" + process.pid + "; export scout\\n");
for (const stream of [1, 2]) closeSync(stream);
setTimeout(() => {}, 20_000);`);
  const run = spawn(launcher, ["-c", "echo $scout; exit 3"], {
    stdio: ["ignore", "pipe", "pipe", "pipe"],
  });
  let said = "";
  run.stdout?.on("data", (more) => {
    said += more;
  });
  const start = Date.now();
  const [status] = await once(run, "close");
  const took = Date.now() - start;
  process.kill(Number(said), "SIGKILL");
  assert.equal(status, 3);
  assert.ok(took < 15_000, `it took ${took} ms`);
});

test("settings that cannot be settled start nothing", async () => {
  settling("throw new Error('no');");
  const run = spawn(launcher, ["up"], { stdio: "ignore" });
  const [status] = await once(run, "close");
  assert.equal(status, 1);
});

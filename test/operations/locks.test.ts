import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, describe, test } from "node:test";
import { clearDeadLocks, readLocks } from "../../operations/pulumi/locks.ts";

const backend = mkdtempSync(join(tmpdir(), "quintet-locks-"));
const folder = join(backend, ".pulumi", "locks", "organization", "quintet", "testbed");
after(() => rmSync(backend, { recursive: true }));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function lock(pid: number, machine = hostname()): string {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${pid}.json`);
  const since = "2026-03-01T10:00:00.123456789+01:00";
  writeFileSync(file, JSON.stringify({ pid, username: "op", hostname: machine, timestamp: since }));
  writeFileSync(`${file}.attrs`, "{}");
  return file;
}

function clear() {
  return clearDeadLocks(readLocks(backend, "quintet", "testbed"));
}

/** A process under a name of its own; resolves once it runs under it. */
async function running(name: string): Promise<ChildProcess> {
  const program = join(backend, name);
  copyFileSync("/bin/sleep", program);
  const child = spawn(program, ["60"]);
  await new Promise((resolve, reject) => child.once("spawn", resolve).once("error", reject));
  return child;
}

async function ended(): Promise<number> {
  const child = spawn("true");
  await new Promise((resolve) => child.once("exit", resolve));
  return child.pid ?? 0;
}

describe("a stack's lock", () => {
  test("is cleared when its process on this machine is dead", async () => {
    const file = lock(await ended());
    assert.equal(clear().cleared.length, 1);
    assert.equal(existsSync(file) || existsSync(`${file}.attrs`), false);
  });

  test("stays while its process lives, and says which it is", async () => {
    const cli = await running("pulumi");
    try {
      const file = lock(cli.pid ?? 0);
      assert.deepEqual(
        clear().holding.map(({ pid }) => pid),
        [cli.pid],
      );
      assert.equal(existsSync(file), true);
    } finally {
      cli.kill("SIGKILL");
    }
  });

  test("is cleared when another program has been given its number since", async () => {
    const other = await running("editor");
    try {
      lock(other.pid ?? 0);
      assert.equal(clear().cleared.length, 1);
    } finally {
      other.kill("SIGKILL");
    }
  });

  test("of another machine stays, since nothing is known about its process", async () => {
    const file = lock(await ended(), "elsewhere");
    assert.equal(clear().cleared.length, 0);
    assert.equal(existsSync(file), true);
  });

  test("that is half written is left alone", () => {
    const file = lock(1);
    writeFileSync(file, '{"pid":');
    assert.deepEqual(clear(), { cleared: [], holding: [] });
    assert.equal(existsSync(file), true);
  });

  test("of a stack that never ran is none", () => {
    assert.deepEqual(readLocks(backend, "quintet", "other"), []);
  });
});

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { TestbedError } from "./errors.ts";
import { say } from "./progress.ts";

/**
 * Runs `work` while no other process holds the same lock. A child of ours holds it for as long as our
 * end of its standard input is open: so the lock cannot outlive this process, whatever ends it.
 */
export async function alone<Result>(
  file: string,
  what: string,
  work: () => Promise<Result>,
): Promise<Result> {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const holder = spawn("flock", ["--exclusive", file, "sh", "-c", "echo held; exec cat >&2"], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const notice = setInterval(() => say(`waiting for ${what} in another process`), 5000);
  try {
    const got = await Promise.race([once(holder.stdout, "data"), once(holder, "close")]);
    if (!String(got[0]).startsWith("held")) {
      throw new TestbedError(`cannot lock ${file}: flock ended with status ${got[0]}.`);
    }
  } finally {
    clearInterval(notice);
  }
  try {
    return await work();
  } finally {
    holder.stdin.end();
    await once(holder, "close");
  }
}

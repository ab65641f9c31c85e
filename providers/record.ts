import { createHash } from "node:crypto";
import { BadPromise, ScriptFailed } from "./errors.ts";
import { type Script, Secret, sh } from "./sh.ts";
import type { Answer } from "./transport/frames.ts";
import { canonical } from "./values.ts";

/**
 * What a host was like before our first change, written down on the host itself (design §7). Values
 * are whole, secrets of the host's past included: the folder is root's alone.
 */
export interface HostRecord {
  /** The name of the promise that holds this record; `delete` acts on its own claim only. */
  readonly claim: string;
  readonly kind: string;
  readonly key: unknown;
  /** Managed keys of which `found` speaks. */
  readonly keys: readonly string[];
  /** The value before the first change; left out when the thing was not there. */
  readonly found?: Record<string, unknown>;
  /** What the kind's `keep` said. */
  readonly kept?: string;
}

/** Where the records lie on every host. */
export const recordFolder = "/var/lib/quintet/records";

/** The path of one promise's record: the kind's name for people, a digest of the key for the rest. */
export function recordPath(kind: string, key: unknown): string {
  const digest = createHash("sha256").update(canonical(key)).digest("hex").slice(0, 20);
  return `${recordFolder}/${kind}-${digest}.json`;
}

/** Prints the record, or nothing. */
export function readRecord(path: string): Script {
  return sh`if [ -e ${path} ]; then cat ${path}; fi`;
}

/**
 * What a script of our own printed. One that failed has said nothing that could be trusted: a record
 * that cannot be read is no record that is not there.
 * @throws ScriptFailed
 */
export function said(answer: Answer | undefined, what: string, host: string): string {
  if (answer?.status === 0) return answer.stdout;
  throw new ScriptFailed(
    `${what} could not be read (status ${answer?.status}): ${answer?.stderr}\n  Next: look on ${host} what keeps it from being read, then run again. Nothing was changed.`,
  );
}

/** @throws BadPromise for a record that is no JSON: what was found is not guessed. */
export function parseRecord(stdout: string, where: string): HostRecord | undefined {
  if (stdout.trim() === "") return undefined;
  try {
    return JSON.parse(stdout) as HostRecord;
  } catch {
    throw new BadPromise(
      `${where} is not readable as a record of what was found.\n  Next: look at it; if it is beyond repair, move it away. What it stood for is then no longer put back.`,
    );
  }
}

/** Writes a record, whole or not at all. */
export function writeRecord(path: string, record: HostRecord): Script {
  return sh`umask 077; mkdir -p ${recordFolder} && printf '%s\n' ${new Secret(JSON.stringify(record))} | cat >${path}.new && { sync ${path}.new 2>/dev/null; mv ${path}.new ${path}; }`;
}

/** Removes a record, and the folder with the last one. */
export function removeRecord(path: string): Script {
  return sh`rm -f ${path} && { rmdir ${recordFolder} 2>/dev/null && rmdir /var/lib/quintet 2>/dev/null; true; }`;
}

import { createHash, createHmac } from "node:crypto";
import { readFileSync } from "node:fs";

/** What known_hosts says of a key that a host has shown. */
export type Verdict = "known" | "unknown" | "changed" | "revoked";

interface Entry {
  readonly revoked: boolean;
  readonly type: string;
  readonly key: string;
}

/** Reads every entry about a host, hashed names and patterns included (sshd(8), SSH_KNOWN_HOSTS FILE FORMAT). */
export function entriesFor(name: string, files: readonly string[]): Entry[] {
  return files.flatMap((file) => {
    let text: string;
    try {
      text = readFileSync(file, "utf8");
    } catch {
      // A known_hosts file that is not there knows nobody, as in OpenSSH.
      return [];
    }
    return text.split("\n").flatMap((line) => parseLine(line, name));
  });
}

/** Judges the key that the host has shown (its SSH wire format) by the entries about it. */
export function judge(entries: readonly Entry[], shown: Buffer): Verdict {
  const key = shown.toString("base64");
  const same = entries.filter((entry) => entry.key === key);
  if (same.some((entry) => entry.revoked)) return "revoked";
  if (same.length > 0) return "known";
  return entries.length > 0 ? "changed" : "unknown";
}

/** The fingerprint as `ssh-keygen -l` prints it. */
export function fingerprint(key: Buffer): string {
  return `SHA256:${createHash("sha256").update(key).digest("base64").replace(/=+$/, "")}`;
}

/** The signature algorithms that a host can use to show one of its known keys; undefined for any. */
export function algorithmsFor(entries: readonly Entry[]): string[] | undefined {
  if (entries.length === 0) return undefined;
  const names = entries.flatMap(({ type }) =>
    type === "ssh-rsa" ? ["rsa-sha2-512", "rsa-sha2-256", "ssh-rsa"] : [type],
  );
  return [...new Set(names)];
}

function parseLine(line: string, name: string): Entry[] {
  const words = line.trim().split(/\s+/);
  const marker = words[0]?.startsWith("@") ? words.shift() : undefined;
  const [patterns, type, key] = words;
  // Certificate authorities are not judged here: such a host counts as unknown, which is the safe side.
  if (!patterns || !type || !key || patterns.startsWith("#") || marker === "@cert-authority") {
    return [];
  }
  return matches(patterns, name) ? [{ revoked: marker === "@revoked", type, key }] : [];
}

function matches(patterns: string, name: string): boolean {
  if (patterns.startsWith("|1|")) {
    const [, , salt, hash] = patterns.split("|");
    if (!salt || !hash) return false;
    return createHmac("sha1", Buffer.from(salt, "base64")).update(name).digest("base64") === hash;
  }
  let matched = false;
  for (const pattern of patterns.split(",")) {
    const negated = pattern.startsWith("!");
    if (!glob(negated ? pattern.slice(1) : pattern).test(name)) continue;
    if (negated) return false;
    matched = true;
  }
  return matched;
}

function glob(pattern: string): RegExp {
  const escaped = pattern.replaceAll(/[.+^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`^${escaped.replaceAll("*", ".*").replaceAll("?", ".")}$`, "i");
}

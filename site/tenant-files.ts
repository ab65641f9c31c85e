import { createHash } from "node:crypto";
import { closeSync, openSync, readFileSync, readSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, resolve } from "node:path";
import { sshConfigPath } from "../providers/stack-file.ts";
import { BadConfig, type Path, set } from "./problems.ts";
import { holdsPrivateKey } from "./secrets.ts";
import type { TenantSite } from "./tenant.ts";

/** An image that is to be in the cloud, and where its bytes are on the machine that Pulumi runs on. */
export interface GuestImage {
  readonly name: string;
  readonly file: string;
  /** "sha512:" and the digest. */
  readonly checksum: string;
  readonly diskFormat: string;
}

const publicKey = /^(ssh-|ecdsa-|sk-)\S+ [A-Za-z0-9+/=]+( .*)?$/;
const example = "id_ed25519.pub";
// A key, or a part of one, is taken for no path: what fails to be read is quoted.
const path = /^[^\r\n]{1,200}$/;

/**
 * The public key that the config means, by its text or by its file.
 * @throws BadConfig when there is none
 */
export function publicKeyOf({ publicKey: given }: TenantSite, stack: string): string | undefined {
  if (given === undefined) return given;
  const place = ["tenant", "publicKey"];
  const allowed = "one line as in a .pub file, ssh-ed25519 AAAA..., or the path of one";
  if (holdsPrivateKey(given)) throw wrong(place, "a private key, not shown here", allowed, example);
  if (publicKey.test(given)) return given;
  if (!path.test(given)) {
    const found = `a text of ${given.length} characters that is no public key`;
    throw wrong(place, found, allowed, example);
  }
  const file = placeOf(given, stack);
  const text = reading(file, place, "a public key of SSH", () => readFileSync(file, "utf8")).trim();
  if (publicKey.test(text)) return text;
  throw wrong(place, `${given}, which holds no public key`, allowed, example);
}

/**
 * The image that the config means. Its file is read for its checksum where the config does not say it,
 * so a machine that only looks needs the one or the other.
 * @throws BadConfig when there is neither
 */
export function guestImageOf({ image }: TenantSite, stack: string): GuestImage | undefined {
  if (!image) return undefined;
  const { name, format, checksum } = image;
  const file = placeOf(image.file, stack);
  return { name, file, diskFormat: format, checksum: checksum ?? digestOf(file) };
}

/** Relative paths start where the ssh config lies, with the keys that it names. */
function placeOf(path: string, stack: string): string {
  if (path.startsWith("~/")) return resolve(homedir(), path.slice(2));
  return resolve(dirname(sshConfigPath(stack)), path);
}

// Of a file: more at once is no faster.
const block = 1 << 20;

/** Read in blocks: an image may be larger than memory, or than what Node reads in one piece (2 GiB). */
function digestOf(file: string): string {
  const place = ["tenant", "image", "file"];
  return reading(file, place, "an image, or tell its tenant.image.checksum", () => {
    const hash = createHash("sha512");
    const opened = openSync(file, "r");
    try {
      const part = Buffer.allocUnsafe(block);
      for (let size = block; size > 0; ) {
        size = readSync(opened, part);
        hash.update(part.subarray(0, size));
      }
    } finally {
      closeSync(opened);
    }
    return `sha512:${hash.digest("hex")}`;
  });
}

function reading<Result>(file: string, place: Path, what: string, read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw wrong(place, `a file that cannot be read (${reason})`, `the path of ${what}`, file);
  }
}

function wrong(path: Path, found: string, allowed: string, example: string): BadConfig {
  return new BadConfig([{ path, found, allowed, fix: set(path, example) }]);
}

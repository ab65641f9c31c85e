import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { Refused } from "../errors.ts";
import type { Upload } from "./contract.ts";

/**
 * The size of a file that is what it must be. It is read for that alone, before it travels: what an API
 * has taken once cannot be taken back, and stands under the promised name.
 * @throws Refused
 */
export async function measured({ path, checksum }: Upload): Promise<number> {
  const [algorithm = "", digest] = checksum.split(":");
  const hash = createHash(algorithm);
  let size = 0;
  try {
    for await (const part of createReadStream(path)) {
      hash.update(part);
      size += part.length;
    }
  } catch (error) {
    throw new Refused(
      `${path} cannot be read: ${error instanceof Error ? error.message : error}\n  Next: put the file there; a path is meant from the project's folder.`,
    );
  }
  const found = hash.digest("hex");
  if (found === digest) return size;
  throw new Refused(
    `${path} is another file than is promised.\n  wanted: ${checksum}\n  found:  ${algorithm}:${found}\n  Next: bring the right file there, or, if this one is meant, set quintet:tenant.image.checksum to what was found.`,
  );
}

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { type ImageKey, type ImageValue, image } from "../../../providers/cloud/image.ts";
import { sh } from "../../../providers/sh.ts";
import type { Fixture } from "../../laws.ts";
import { forget, make } from "./as-admin.ts";
import { glancePlace } from "./service-places.ts";

// Some bytes that everybody has; their names are meant from the project's folder.
const file = "LICENSE";
const bytes = readFileSync(file, "utf8");
const checksum = `sha512:${createHash("sha512").update(bytes).digest("hex")}`;
const made = (name: string) =>
  make("v2/images", { name, disk_format: "raw", container_format: "bare", os_distro: "theirs" });
const upload = sh`printf '%s' ${bytes} | /root/as-admin upload laws`;

export const fixture: Fixture<ImageKey, ImageValue> = {
  ...glancePlace,
  state: image,
  key: () => ({ name: "laws", project: "admin" }),
  wants: () => [
    {
      checksum,
      file,
      diskFormat: "raw",
      containerFormat: "bare",
      visibility: "private",
      "property/os_distro": "debian",
      "property/laws/one": "made by the laws",
    },
    {
      checksum,
      file,
      diskFormat: "raw",
      containerFormat: "bare",
      visibility: "public",
      "property/os_distro": 'a "b"',
    },
  ],
  befores: () => ({
    "no image": sh`:`,
    "one with that data": sh`set -e
${made("laws")}
${upload}`,
    "one whose upload broke off": made("laws"),
  }),
  others: () => ({ make: made("others"), see: sh`/root/as-admin id v2/images others` }),
  cleanUp: () => forget("v2/images/laws", "v2/images/others"),
};

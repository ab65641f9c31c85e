import { z } from "zod";
import { address, wholeNumber } from "./formats.ts";
import { say } from "./said.ts";

const name = (example: string) =>
  say(z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/), {
    allowed: "a name of letters, digits, dots, dashes and underscores",
    example,
  });

const path = (what: string, example: string) =>
  say(z.string().min(1), { allowed: `the path of ${what}`, example });

const image = z.strictObject({
  name: name("debian-13"),
  file: path("an image of a disk", "/srv/images/debian-13.qcow2"),
  format: say(z.enum(["qcow2", "raw", "vmdk", "vdi", "vhd", "iso"]), {
    allowed: "qcow2, raw, vmdk, vdi, vhd or iso",
    example: "qcow2",
  }).default("qcow2"),
  user: name("debian").default("root"),
  // The cloud knows its images by this digest and no other.
  checksum: say(z.string().regex(/^sha512:[0-9a-f]{128}$/), {
    allowed: "sha512: and the digest, as sha512sum prints it",
  }).optional(),
});

const flavor = say(
  z.strictObject({
    vcpus: wholeNumber(1, 512),
    ram: wholeNumber(64, 16_777_216),
    disk: wholeNumber(0, 1_048_576),
  }),
  { allowed: "a map of vcpus, ram in MiB and disk in GiB", example: 1, at: ["vcpus"] },
);

/** What users find when the cloud is new: `quintet:tenant`. */
export const tenantSchema = say(
  z.strictObject({
    project: name("demo").default("demo"),
    member: name("demo").default("demo"),
    publicKey: say(z.string().min(1), {
      allowed: "a public key of SSH, or the path of a file that holds one",
      example: "id_ed25519.pub",
    }).optional(),
    image: say(image, {
      allowed: "a map of name, file, and if it differs from the default format and checksum",
      example: "/srv/images/debian-13.qcow2",
      at: ["file"],
    }).optional(),
    dns: say(z.array(address("192.0.2.53")), {
      allowed: "a list of addresses of name servers",
      example: "192.0.2.53",
      at: [0],
    }).default([]),
    flavors: say(z.record(z.string().min(1), flavor), {
      allowed: "a map of sizes by name, each with vcpus, ram in MiB and disk in GiB",
      example: 1,
      at: ["small", "vcpus"],
    }).default({
      tiny: { vcpus: 1, ram: 256, disk: 1 },
      small: { vcpus: 1, ram: 2048, disk: 20 },
      medium: { vcpus: 2, ram: 4096, disk: 40 },
    }),
    limits: say(
      z.strictObject({
        instances: wholeNumber(1, 100_000).default(10),
        cores: wholeNumber(1, 100_000).default(20),
        ram: wholeNumber(64, 1_073_741_824).default(51_200),
      }),
      { allowed: "a map of instances, cores, and ram in MiB", example: 10, at: ["instances"] },
    ).prefault({}),
  }),
  {
    allowed: "a map of project, member, publicKey, image, dns, flavors and limits",
    example: "demo",
    at: ["project"],
  },
);

/** What users find when the cloud is new, every default filled in. */
export type TenantSite = z.infer<typeof tenantSchema>;

import { z } from "zod";
import { ofProject } from "../found.ts";

/** Where: its name, among the images of one project. */
export const key = z.strictObject({ name: z.string().min(1), ...ofProject });

/** One key for each property: `"property/hw_disk_bus": "virtio"`. */
export interface ImageValue {
  /** What its bytes are: "sha512:" and the digest. Other bytes are another image. */
  readonly checksum: string;
  /** The file that is uploaded if the image is not there, from the project's folder. Never compared. */
  readonly file: string;
  /** "qcow2", "raw", ... */
  readonly diskFormat: string;
  readonly containerFormat: string;
  /** Who may use it: "public" is every project. */
  readonly visibility: string;
  readonly [property: `property/${string}`]: string;
}
/** A value as a program gives it: what has a default may be left out. */
export type ImageWish = Pick<
  ImageValue,
  "checksum" | "file" | "diskFormat" | `property/${string}`
> &
  Partial<ImageValue>;
export type ImageKey = z.input<typeof key>;

export const value = z
  .object({
    // The one kind of digest that Glance keeps of new images: of another kind nothing could be compared.
    checksum: z
      .string()
      .regex(/^sha512:[0-9a-f]{128}$/, 'as sha512sum prints it: "sha512:ab12..."'),
    file: z.string().min(1),
    diskFormat: z.string().min(1),
    containerFormat: z.string().min(1).default("bare"),
    visibility: z.enum(["public", "private", "shared", "community"]).default("public"),
  })
  .catchall(z.string())
  .superRefine((wish, issues) => {
    for (const name of Object.keys(wish).filter((one) => one !== "file" && !(one in fields))) {
      const message = 'a property is written "property/NAME"';
      if (!/^property\/./.test(name)) issues.addIssue({ code: "custom", path: [name], message });
    }
  }) as unknown as z.ZodType<ImageValue>;

/** What Glance calls each. */
export const fields: Readonly<Record<string, string>> = {
  checksum: "os_hash_value",
  diskFormat: "disk_format",
  containerFormat: "container_format",
  visibility: "visibility",
};
/** What stays as it was made. */
export const fixed = ["checksum", "diskFormat", "containerFormat"];

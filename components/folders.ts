import type * as pulumi from "@pulumi/pulumi";
import type { Place, TextFile } from "../profiles/profile.ts";
import { Directory } from "../providers/directory.ts";
import { File } from "../providers/file.ts";

/** Promises folders, the outermost first, each after the one around it; returns all of them. */
export function nestedFolders(
  name: string,
  host: string,
  places: readonly Place[],
  after: (...resources: pulumi.Resource[]) => pulumi.CustomResourceOptions,
  ...first: pulumi.Resource[]
): Directory[] {
  const folders: Directory[] = [];
  for (const { path, ...value } of places) {
    const promise = { host, key: { path }, value };
    folders.push(new Directory(`${name}-${path}`, promise, after(...first, ...folders)));
  }
  return folders;
}

/** Promises a file in a folder that exists for it alone, such as a unit's drop-in. */
export function fileWithFolder(
  name: string,
  host: string,
  { path, content, ...ownership }: TextFile,
  after: (...resources: pulumi.Resource[]) => pulumi.CustomResourceOptions,
  ...first: pulumi.Resource[]
): File {
  const folder = new Directory(
    `${name}-folder`,
    {
      host,
      key: { path: path.slice(0, path.lastIndexOf("/")) },
      value: { owner: "root", group: "root", mode: "0755" },
    },
    after(...first),
  );
  return new File(name, { host, key: { path }, value: { content, ...ownership } }, after(folder));
}

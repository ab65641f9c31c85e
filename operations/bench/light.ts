// The program that the bench runs on light hosts: the same twenty small promises on each of them.
import * as pulumi from "@pulumi/pulumi";
import { Directory } from "../../providers/directory.ts";
import { File } from "../../providers/file.ts";
import { IniFile } from "../../providers/ini-file.ts";
import { Lines } from "../../providers/lines.ts";

const folders = 5;
const ownership = { owner: "root", group: "root" };

const count = new pulumi.Config("quintet").requireNumber("lightHosts");
for (let number = 1; number <= count; number += 1) promise(`light${number}`);

/** Five folders, each with a whole file, an ini file and a file of lines in it. */
function promise(host: string): void {
  for (let number = 1; number <= folders; number += 1) {
    const path = `/srv/bench-${number}`;
    const name = `${host}-${number}`;
    const value = { ...ownership, mode: "0755" };
    const folder = new Directory(`${name}-folder`, { host, key: { path }, value });
    const options = { parent: folder };
    new File(
      `${name}-file`,
      {
        host,
        key: { path: `${path}/service.conf` },
        value: { ...ownership, mode: "0644", content: `name = ${name}\n`.repeat(20) },
      },
      options,
    );
    const keys = Array.from({ length: 8 }, (_, key) => [`section-${key % 3}/key-${key}`, name]);
    new IniFile(
      `${name}-ini`,
      { host, key: { path: `${path}/service.ini` }, value: Object.fromEntries(keys) },
      options,
    );
    new Lines(
      `${name}-lines`,
      {
        host,
        key: { path: `${path}/hosts`, by: "field 1" },
        value: { "192.0.2.1": "192.0.2.1 one", "192.0.2.2": "192.0.2.2 two" },
      },
      options,
    );
  }
}

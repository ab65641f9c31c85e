import type { DatabaseNames } from "../profiles/shared-services.ts";
import { IniFile } from "../providers/ini-file.ts";
import { Packages } from "../providers/packages.ts";
import { Service } from "../providers/service.ts";
import type { Host } from "../site/site.ts";
import { Concern, type ConcernOptions } from "./concern.ts";

export interface DatabaseServerArgs {
  /** It answers at this host's address in the LAN alone. */
  readonly host: Host;
  readonly names: DatabaseNames;
}

/**
 * The server in which every service keeps what it knows (the paper's steps 21 and 22). Nobody logs in
 * as its root with a password, as the paper has it: root of the host does so through a socket.
 */
export class DatabaseServer extends Concern {
  readonly service: Service;

  constructor(name: string, { host, names }: DatabaseServerArgs, options: ConcernOptions = {}) {
    super("DatabaseServer", name, options);
    const packages = new Packages(
      `${name}-packages`,
      { host: host.name, key: { set: name }, value: names.packages },
      this.after(),
    );
    const { path, values } = names.config;
    const config = new IniFile(
      `${name}-config`,
      {
        host: host.name,
        key: { path },
        value: { ...values(host.address), owner: "root", group: "root", mode: "0644" },
      },
      this.after(packages),
    );
    this.service = new Service(
      `${name}-service`,
      {
        host: host.name,
        key: { unit: names.unit },
        value: { enabled: true, active: true, files: [path] },
        after: [config.written],
      },
      this.after(config),
    );
    this.registerOutputs();
  }
}

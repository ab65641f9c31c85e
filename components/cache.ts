import type { CacheNames } from "../profiles/shared-services.ts";
import { Lines } from "../providers/lines.ts";
import { Packages } from "../providers/packages.ts";
import { Service } from "../providers/service.ts";
import type { Host } from "../site/site.ts";
import { Concern, type ConcernOptions } from "./concern.ts";

export interface CacheArgs {
  /** It answers at this host's address in the LAN alone. */
  readonly host: Host;
  readonly names: CacheNames;
}

/** Where services keep the tokens that they have looked up already. What is in it may be lost. */
export class Cache extends Concern {
  readonly service: Service;

  constructor(name: string, args: CacheArgs, options: ConcernOptions = {}) {
    super("Cache", name, options);
    const { names } = args;
    const { name: host, address } = args.host;
    const packages = new Packages(
      `${name}-packages`,
      { host, key: { set: name }, value: names.packages },
      this.after(),
    );
    const { path, id, line } = names.config;
    const config = new Lines(
      `${name}-config`,
      { host, key: { path, by: "field 1" }, value: { [id]: line(address) } },
      this.after(packages),
    );
    this.service = new Service(
      `${name}-service`,
      {
        host,
        key: { unit: names.unit },
        value: { enabled: true, active: true, files: [path] },
        after: [config.written],
      },
      this.after(config),
    );
    this.registerOutputs();
  }
}

import type * as pulumi from "@pulumi/pulumi";
import type { DaemonNames } from "../profiles/openstack.ts";
import type { IniFile } from "../providers/ini-file.ts";
import { Packages } from "../providers/packages.ts";
import type { Service } from "../providers/service.ts";
import { fileWithFolder } from "./folders.ts";
import { running } from "./running.ts";
import { type ConfigSource, serviceConfig } from "./service-config.ts";

export interface DaemonsArgs {
  readonly host: string;
  /** What the set of their packages is called. */
  readonly set: string;
  readonly names: DaemonNames;
  readonly source: ConfigSource;
  /** What has to be there before the daemons start, beside their packages and configs. */
  readonly start: readonly pulumi.Resource[];
  /** Configs promised elsewhere that they read too, and whose change they take over. */
  readonly reads?: readonly { readonly written: pulumi.Output<string> }[];
}

/** Daemons of one set of packages on a host, with their config. */
export function daemons(
  name: string,
  { host, set, names, source, start, reads = [] }: DaemonsArgs,
  after: (...resources: pulumi.Resource[]) => pulumi.CustomResourceOptions,
): Service[] {
  const packages = new Packages(
    `${name}-packages`,
    { host, key: { set }, value: names.packages },
    after(),
  );
  const configs: IniFile[] = names.configs.map((config) =>
    serviceConfig(name, host, config, source, after(packages)),
  );
  // After the packages: their scripts clear away the folder of a unit that they bring, while it is empty.
  const order = names.order
    ? [fileWithFolder(`${name}-order`, host, names.order, after, packages)]
    : [];
  const files = [...names.configs.map(({ path }) => path), ...names.reads];
  const promised = [...configs, ...order, ...reads];
  const options = after(packages, ...configs, ...order, ...start);
  return running(name, host, names.units, { files, promised }, options);
}

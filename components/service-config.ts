import * as pulumi from "@pulumi/pulumi";
import type {
  ServiceConfig,
  ServiceSecrets,
  Surroundings,
  Variables,
} from "../profiles/openstack.ts";
import { IniFile } from "../providers/ini-file.ts";
import { Lines } from "../providers/lines.ts";
import type { Host, PasswordName, Site } from "../site/site.ts";
import type { Drawn } from "./passwords.ts";

/** Where the values of a service's config come from. */
export interface ConfigSource {
  readonly surroundings: Surroundings;
  readonly drawn: Drawn;
  /** Secret: where the queue is. */
  readonly queue: pulumi.Output<string>;
  /** Where each database is, by its name, with these passwords. Left out where there is none. */
  databases?(passwords: ServiceSecrets["passwords"]): ServiceSecrets["databases"];
}

/** What configs on this host say about the site, which has a dashboard since its services are wanted. */
export function surroundingsOf(site: Site, region: string, host: Host): Surroundings {
  if (!site.dashboard) throw new TypeError("a site without services has no dashboard");
  return {
    dashboard: site.dashboard.url,
    controller: site.controller.name,
    address: host.address,
    region,
    workers: site.workers,
    passwordRounds: site.passwordRounds,
    computes: site.computes.length,
    acceleration: site.acceleration,
    datapath: site.datapath,
  };
}

/** Promises a service's config on a host, its secrets each with the number of their draw. */
export function serviceConfig(
  name: string,
  host: string,
  { path, values, secretKeys = {} }: ServiceConfig,
  { surroundings, drawn, queue, databases }: ConfigSource,
  options: pulumi.CustomResourceOptions,
): IniFile {
  const passwords = Object.fromEntries(
    Object.entries(drawn.passwords).map(([account, { value }]) => [account, value]),
  );
  const all = pulumi.all([pulumi.all(passwords), queue]);
  const secrets = Object.entries(secretKeys).map(([key, { of, text }]) => {
    const value = all.apply(([known, url]) =>
      text({ databases: databases?.(known) ?? {}, queue: url, passwords: known }),
    );
    // The profile names accounts by the names of their passwords.
    return [key, { value, draw: drawn.draws[of as PasswordName] }] as const;
  });
  return new IniFile(
    `${name}-${path}`,
    {
      host,
      key: { path },
      value: { ...values(surroundings) },
      secrets: Object.fromEntries(secrets),
    },
    options,
  );
}

/** Promises shell variables that a unit reads as it starts, one a line. */
export function shellVariables(
  name: string,
  host: string,
  { path, values }: Variables,
  options: pulumi.CustomResourceOptions,
): Lines {
  const lines = Object.entries(values).map(([key, value]) => [key, `${key}=${value}`]);
  const key = { path, by: "assignment" as const };
  return new Lines(`${name}-${path}`, { host, key, value: Object.fromEntries(lines) }, options);
}

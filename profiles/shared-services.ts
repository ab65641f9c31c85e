import type { IptablesRulesKey } from "../providers/iptables-rules.ts";
import type { PackageSet, Place } from "./profile.ts";

/** The database server that all services share. */
export interface DatabaseNames {
  readonly packages: PackageSet;
  readonly unit: string;
  readonly config: { readonly path: string; values(address: string): Record<string, string> };
  readonly characterSet: string;
  readonly collation: string;
  readonly port: number;
}

/** The queue over which the parts of a service talk. */
export interface QueueNames {
  readonly packages: PackageSet;
  readonly unit: string;
  readonly config: { readonly place: Place; text(address: string): string };
  /** The account that the package makes, whose password everybody knows. */
  readonly defaultAccount: string;
  /** Where clients connect; further ports are for the queue's own tools on the same host. */
  readonly port: number;
  readonly ownPorts: readonly number[];
}

/** The cache in which services keep what they have looked up. */
export interface CacheNames {
  readonly packages: PackageSet;
  readonly unit: string;
  readonly config: { readonly path: string; readonly id: string; line(address: string): string };
  readonly port: number;
}

/** Where it is judged who may connect to what the services share. */
export interface HostsOnlyNames {
  readonly packages: PackageSet;
  readonly chain: IptablesRulesKey;
}

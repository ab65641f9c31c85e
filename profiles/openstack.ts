import type { IptablesRulesKey } from "../providers/iptables-rules.ts";
import type { CredentialNames } from "./credential.ts";
import type { Ownership, PackageSet, Place, Requirement } from "./profile.ts";

/** What a service's config says about the site it runs in. */
export interface Surroundings {
  /** The controller's name, by which every host finds it. */
  readonly controller: string;
  /** The LAN address of the host that the config is for. */
  readonly address: string;
  readonly region: string;
  /** Processes of each service that answers requests. */
  readonly workers: number;
}

/** What a service's config holds that must not be seen. */
export interface ServiceSecrets {
  /** Where each of its databases is, the account and its password among it, by the database's name. */
  readonly databases: Readonly<Record<string, string>>;
  /** Where the queue is, likewise. */
  readonly queue: string;
  /** With which the service itself logs in to the others. */
  readonly password: string;
}

/** An ini file of a service: keys by "section/key". */
export interface ServiceConfig {
  readonly path: string;
  values(surroundings: Surroundings): Readonly<Record<string, string>>;
  /** Keys whose values must not be seen; their names are those of `secrets` for whatever site. */
  readonly secretKeys?: Readonly<Record<string, (secrets: ServiceSecrets) => string>>;
}

/** One deed that comes before a service can start: a schema, a key repository. */
export interface Deed extends Requirement {
  /** How long it may take, in seconds. */
  readonly seconds: number;
}

/** Under what type and at which address clients find a service. */
export interface CatalogEntry {
  readonly type: string;
  readonly description: string;
  url(surroundings: Surroundings): string;
}

/** The parts of one OpenStack service on the controller. */
export interface ServiceNames {
  /** Also the name of its account, wherever it has one. */
  readonly name: string;
  readonly packages: PackageSet;
  readonly databases: readonly string[];
  readonly configs: readonly ServiceConfig[];
  readonly deeds: readonly Deed[];
  /** The roles of its user in the project of the services. Left out where it has no user. */
  readonly roles?: readonly string[];
  readonly catalog?: CatalogEntry;
  readonly units: readonly string[];
  /** Units that the packages bring and nobody here needs. */
  readonly unwantedUnits: readonly string[];
}

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

/** What keeps services from starting before they have a config. */
export interface StartGuardNames extends Ownership {
  readonly path: string;
  readonly content: string;
}

/** What runs on the controller. */
export interface ControlPlaneNames {
  readonly region: string;
  readonly startGuard: StartGuardNames;
  readonly database: DatabaseNames;
  readonly queue: QueueNames;
  readonly cache: CacheNames;
  readonly hostsOnly: HostsOnlyNames;
  readonly credential: CredentialNames;
  readonly keystone: ServiceNames;
  readonly glance: ServiceNames;
  readonly placement: ServiceNames;
}

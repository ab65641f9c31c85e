import type { IptablesRulesKey } from "../providers/iptables-rules.ts";
import type { Script } from "../providers/sh.ts";
import type { CredentialNames } from "./credential.ts";
import type { Ownership, PackageSet, Place, Requirement, TextFile } from "./profile.ts";
import type { CacheNames, DatabaseNames, HostsOnlyNames, QueueNames } from "./shared-services.ts";

/** What a service's config says about the site it runs in. */
export interface Surroundings {
  /** The controller's name, by which every host finds it. */
  readonly controller: string;
  /** The LAN address of the host that the config is for. */
  readonly address: string;
  readonly region: string;
  /** Processes of each service that answers requests. */
  readonly workers: number;
  /** How dear it is to try a password: 2 to the power of it, of bcrypt. */
  readonly passwordRounds: number;
  /** How many hosts run guests from the one volume, which each of them reports as its own. */
  readonly computes: number;
  /** What the processor brings for guests; "none" emulates them. */
  readonly acceleration: "intel" | "amd" | "none";
  /** Where the guests' packets are switched. */
  readonly datapath: "kernel" | "userspace";
  /** Where users open the dashboard, without a path: "https://203.0.113.2". */
  readonly dashboard: string;
}

/** What a service's config holds that must not be seen. */
export interface ServiceSecrets {
  /** Where each of its databases is, the account and its password among it, by the database's name. */
  readonly databases: Readonly<Record<string, string>>;
  /** Where the queue is, likewise. */
  readonly queue: string;
  /** Of every account of the cloud, by the account's name. */
  readonly passwords: Readonly<Record<string, string>>;
}

/** A value of a config that must not be seen. */
export interface SecretText {
  /** The account whose password is in it: when that is drawn anew, this is another one. */
  readonly of: string;
  text(secrets: ServiceSecrets): string;
}

/** An ini file of a service: keys by "section/key". */
export interface ServiceConfig {
  readonly path: string;
  values(surroundings: Surroundings): Readonly<Record<string, string>>;
  /** Keys whose values must not be seen; their names are those of `secrets` for whatever site. */
  readonly secretKeys?: Readonly<Record<string, SecretText>>;
}

/** A file of shell variables by their names. */
export interface Variables {
  readonly path: string;
  readonly values: Readonly<Record<string, string>>;
}

/** One deed that comes before a service can start: a schema, a key repository. */
export interface Deed extends Requirement {
  /** How long it may take, in seconds. */
  readonly seconds: number;
  /** Takes it back at destroy. Left out: what is done stays, or goes with something else. */
  readonly undo?: Script;
  /** At destroy, takes away what others have made since, whatever was found. */
  readonly cleanUp?: Script;
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
  readonly variables?: readonly Variables[];
  readonly deeds: readonly Deed[];
  /** The roles of its user in the project of the services. Left out where it has no user. */
  readonly roles?: readonly string[];
  readonly catalog?: CatalogEntry;
  readonly units: readonly string[];
  /** Units that the packages bring and nobody here needs. */
  readonly unwantedUnits: readonly string[];
}

/** What keeps services from starting before they have a config. */
export interface StartGuardNames extends Ownership {
  readonly path: string;
  readonly content: string;
}

/** Daemons of a service on any host. */
export interface DaemonNames {
  readonly packages: PackageSet;
  readonly configs: readonly ServiceConfig[];
  /** Further files that they read as they start, promised elsewhere. */
  readonly reads: readonly string[];
  readonly units: readonly string[];
  /** Makes the units wait for what they cannot do without. */
  readonly order?: TextFile;
}

/** The switch of a host to which guests are connected. */
export interface SwitchNames {
  readonly packages: PackageSet;
  readonly unit: string;
  /** What it needs in order to work without the kernel's help. */
  readonly userspace: Deed;
  /** The part of it that leads to the LAN, by this end of a pair of interfaces. */
  bridge(end: string, datapath: Surroundings["datapath"]): Deed;
}

/** How guests are connected. */
export interface NetworkNames {
  /** What the hosts' own LAN is called, by whoever makes a network in it. */
  readonly physical: string;
  readonly switch: SwitchNames;
  /** What every host has that guests are connected to. */
  readonly agent: DaemonNames;
  /** A config that the server's own takes the place of, where that runs. */
  readonly awayFromServer: ServiceConfig;
  /** What gives guests their addresses, and tells them about themselves. */
  readonly addressing: DaemonNames;
  /** The server is there for those that begin by asking it. */
  readonly queues: Deed;
}

/** What runs guests on a host. */
export interface ComputeHostNames extends DaemonNames {
  /** Nothing is to be done until this host leaves the cloud: then no service keeps its name. */
  forgotten(host: string): Deed;
  /** No guest is on a host that is none of these any more. Asked of the controller before all else is done. */
  stayed(computes: readonly string[]): Deed;
  /** Nova is told when a guest begins, ends or has moved. */
  readonly events: Deed;
}

/** When the cloud's parts count as there: for these hosts. */
export interface AliveNames {
  /** Agents of the network; the controller's come first. */
  agents(controller: string, hosts: readonly string[]): Deed;
  services(controller: string, computes: readonly string[]): Deed;
  hypervisors(computes: readonly string[]): Deed;
}

/** Where it is judged what guests may ask of a host. */
export interface GuestsApartNames {
  readonly packages: PackageSet;
  readonly chain: IptablesRulesKey;
  /** The ports at which guests' screens are shown: "5900:6899". */
  readonly screens: string;
}

/** How the cloud is asked how it is. */
export interface SignsNames {
  /**
   * Run on the controller; only reads. Prints JSON: what the APIs `said` by question ("services",
   * "agents"), and why those are `silent` that said nothing, by the type of the service.
   */
  readonly ask: Script;
  /** Who has to be heard of: on every host, on the controller, on hosts that run guests. */
  readonly everywhere: readonly string[];
  readonly controller: readonly string[];
  readonly computes: readonly string[];
  /** Who answers for each API. */
  readonly apis: Readonly<Record<string, string>>;
  /** Who knows why a guest could not be put on any host. */
  readonly placing: string;
  /** Where each of these writes what it does. */
  log(part: string): string;
}

/** What hosts need before anything of the cloud is installed on them. */
export interface ServiceGroundNames {
  readonly guestsApart: GuestsApartNames;
  readonly startGuard: StartGuardNames;
  /** Its scripts own the folder around the volume's mount, so that it comes before and goes after that. */
  readonly packages: PackageSet;
  /** The folders down to the mount, as these packages want them. */
  readonly folders: readonly Place[];
}

/** What runs on the controller. */
export interface ControlPlaneNames {
  readonly region: string;
  readonly database: DatabaseNames;
  readonly queue: QueueNames;
  readonly cache: CacheNames;
  readonly hostsOnly: HostsOnlyNames;
  readonly credential: CredentialNames;
  /** Where it answers for the screens of guests. */
  readonly consolePort: number;
  readonly keystone: ServiceNames;
  readonly glance: ServiceNames;
  readonly placement: ServiceNames;
  readonly nova: ServiceNames;
  readonly neutron: ServiceNames;
}

/** All of the cloud. */
export interface CloudNames {
  readonly ground: ServiceGroundNames;
  readonly control: ControlPlaneNames;
  readonly network: NetworkNames;
  readonly compute: ComputeHostNames;
  readonly alive: AliveNames;
  readonly signs: SignsNames;
}

import { Secret } from "../providers/sh.ts";
import { readConfig } from "./config.ts";
import { type DashboardSite, dashboardOf } from "./dashboard.ts";
import { addressText, network } from "./ipv4.ts";
import type { counterNames, passwordNames, roles, SiteConfig } from "./schema.ts";
import type { TenantSite } from "./tenant.ts";

export type Role = (typeof roles)[number];
export type PasswordName = (typeof passwordNames)[number];
export type CounterName = (typeof counterNames)[number];

/** A host and what it does. */
export interface Host {
  /** Also its name in the ssh config. */
  readonly name: string;
  readonly aliases: readonly string[];
  /** In the LAN. */
  readonly address: string;
  readonly roles: readonly Role[];
  readonly lanInterface: string;
}

/** The host between the LAN and the outside. */
export interface Gateway extends Host {
  readonly publicInterface: string;
  /** Left out where it is given by DHCP. */
  readonly publicAddress?: string;
}

/** One copy's place. */
export interface Brick {
  readonly host: string;
  readonly path: string;
  /** As Gluster writes it: "compute1:/export/brick/instances". */
  readonly name: string;
}

/** The replicated volume that holds the guests' disks. */
export interface Storage {
  readonly volume: string;
  readonly replica: number;
  /** In the order that decides which bricks are copies of each other. */
  readonly bricks: readonly Brick[];
  /** Folders down to the brick, the outermost first, without those that every system has. */
  readonly brickFolders: readonly string[];
  /** The host from which the others are invited into the pool; it makes the volume. */
  readonly origin: Host;
  /** The names of those that are invited. */
  readonly peers: readonly string[];
  /** The addresses that may mount the volume. */
  readonly clients: readonly string[];
}

/** Everything about this cloud that is not the same in every other one, computed once. */
export interface Site {
  readonly profile: string;
  readonly hosts: readonly Host[];
  readonly controller: Host;
  readonly gateway: Gateway;
  readonly computes: readonly Host[];
  readonly networks: {
    readonly lan: string;
    readonly vms: string;
    /** By which guests leave their network: the gateway has it, in the LAN. */
    readonly vmsGateway: string;
    readonly public?: string;
    /** Outside, and let in as if they were in the LAN. */
    readonly operators: readonly string[];
    /** A page outside that tells callers their own address. */
    readonly echo?: string;
  };
  /** The line of each host in the hosts file, by the address that it begins with. */
  readonly hostsLines: Readonly<Record<string, string>>;
  readonly storage: Storage;
  readonly acceleration: SiteConfig["hypervisor"]["acceleration"];
  /** Where the packets of guests are switched. */
  readonly datapath: SiteConfig["hypervisor"]["datapath"];
  readonly time: {
    /** None where the profile's own choice will do. */
    readonly servers: readonly string[];
    readonly steersClock: boolean;
  };
  /** Passwords that somebody brought; the others are drawn. */
  readonly ownPasswords: Readonly<Partial<Record<PasswordName, Secret>>>;
  /** How often each was drawn anew. */
  readonly rotation: Readonly<Record<CounterName, number>>;
  readonly workers: number;
  /** How dear it is to try a password on Keystone: each one more doubles it. */
  readonly passwordRounds: number;
  /** The OpenStack services that there are so far are wanted. */
  readonly services: boolean;
  /** There when the services are wanted. */
  readonly dashboard?: DashboardSite;
  /** What users find when the services are new. */
  readonly tenant: TenantSite;
  /** A run that wrote something tries the cloud at its end. */
  readonly acceptance: boolean;
  readonly protectData: boolean;
  /** Hosts that are away for now; those that are abandoned are among them. */
  readonly down: ReadonlySet<string>;
  /** Gone for good: one may have left `hosts` already, while its promises are still to go. */
  readonly abandoned: ReadonlySet<string>;
}

/**
 * The site that these texts describe. Pure.
 * @throws BadConfig with every problem there is.
 */
export function parseSite(
  texts: Readonly<Record<string, string>>,
  secrets: ReadonlySet<string>,
): Site {
  return derive(readConfig(texts, secrets));
}

function derive(config: SiteConfig): Site {
  const hosts: readonly Host[] = config.hosts.map((host) => ({
    name: host.name,
    aliases: host.aliases,
    address: host.address,
    roles: host.roles,
    lanInterface: host.lanInterface,
  }));
  const [controller] = hosts.filter((host) => host.roles.includes("controller"));
  if (!controller) throw new TypeError("the checks let a site without a controller pass");
  const computes = hosts.filter((host) => host.roles.includes("compute"));
  const gateway = gatewayOf(config, hosts);
  const dashboard = dashboardOf(config, gateway);
  return {
    profile: config.profile,
    hosts,
    controller,
    gateway,
    computes,
    networks: {
      lan: config.networks.lan,
      vms: config.networks.vms,
      vmsGateway: firstAddress(config.networks.vms),
      operators: config.networks.operators,
      ...(config.networks.public !== undefined && { public: config.networks.public }),
      ...(config.networks.echo !== undefined && { echo: config.networks.echo }),
    },
    hostsLines: Object.fromEntries(
      hosts.map(({ name, address, aliases }) => [address, [address, name, ...aliases].join(" ")]),
    ),
    storage: storageOf(config, hosts, computes, controller),
    acceleration: config.hypervisor.acceleration,
    datapath: config.hypervisor.datapath,
    time: config.time,
    ownPasswords: Object.fromEntries(
      Object.entries(config.passwords).flatMap(([name, password]) =>
        password === undefined ? [] : [[name, new Secret(password)]],
      ),
    ),
    rotation: config.rotation,
    ...config.sizes,
    services: config.services,
    ...(dashboard && { dashboard }),
    tenant: config.tenant,
    acceptance: config.acceptance,
    protectData: config.protectData,
    down: new Set([...config.down, ...config.abandoned]),
    abandoned: new Set(config.abandoned),
  };
}

function firstAddress(text: string): string {
  const found = network(text);
  if (!found) throw new TypeError("the checks let something else than a network pass");
  return addressText(found.first + 1);
}

function gatewayOf(config: SiteConfig, hosts: readonly Host[]): Gateway {
  const index = config.hosts.findIndex((host) => host.roles.includes("gateway"));
  const host = hosts[index];
  const { publicInterface, publicAddress } = config.hosts[index] ?? {};
  if (!host || publicInterface === undefined) {
    throw new TypeError("the checks let a site without a gateway pass");
  }
  return { ...host, publicInterface, ...(publicAddress !== undefined && { publicAddress }) };
}

/** Folders that every system has, and that are not ours to make. */
const everywhere = new Set(["/home", "/media", "/mnt", "/opt", "/srv", "/var", "/var/lib"]);

function storageOf(
  { gluster }: SiteConfig,
  hosts: readonly Host[],
  computes: readonly Host[],
  origin: Host,
): Storage {
  const named = (gluster.hosts ?? []).flatMap((name) => hosts.filter((host) => host.name === name));
  const holders = gluster.hosts ? named : computes;
  const [, ...parts] = gluster.brick.split("/");
  const folders = parts.map((_part, index) => `/${parts.slice(0, index + 1).join("/")}`);
  return {
    volume: gluster.volume,
    replica: gluster.replica ?? holders.length,
    bricks: holders.map(({ name }) => ({
      host: name,
      path: gluster.brick,
      name: `${name}:${gluster.brick}`,
    })),
    brickFolders: folders.filter((folder) => !everywhere.has(folder)),
    origin,
    peers: hosts.filter((host) => host !== origin).map((host) => host.name),
    clients: hosts.map((host) => host.address),
  };
}

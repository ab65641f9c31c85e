import type { IptablesRulesKey } from "../providers/iptables-rules.ts";
import type { LinesKey } from "../providers/lines.ts";
import type { Script } from "../providers/sh.ts";
import type { DashboardNames } from "./dashboard.ts";
import { debian13Epoxy } from "./debian13-epoxy.ts";
import type { CloudNames } from "./openstack.ts";

/** Package names, each with "present", "absent" or the version that it is held at. */
export type PackageSet = Readonly<Record<string, string>>;

/** Whose a file or folder is, and who may do what with it. */
export interface Ownership {
  readonly owner: string;
  readonly group: string;
  readonly mode: string;
}

/** A place in the file system, with its owner. */
export interface Place extends Ownership {
  readonly path: string;
}

/** A place with the text that lies there. */
export interface TextFile extends Place {
  readonly content: string;
}

/** Keys of an ini file by "section/key" ("/key" above the first section), values as they stand there. */
export interface Settings {
  readonly path: string;
  readonly values: Readonly<Record<string, string>>;
}

/** A question that one script answers, and what to tell the operator when the answer is no. */
export interface Requirement {
  /** What is required, for people. */
  readonly name: string;
  /** Only reads; ends with 0 when it is met. */
  readonly check: Script;
  /** A query of MariaDB whose rows the check needs, see `TaskValue`. */
  readonly asks?: string;
  /** Ends with 1 and says on standard error what to do, because nothing but a person can. */
  readonly run: Script;
}

/** What every host gets, whatever its roles. */
export interface BaselineNames {
  readonly packages: PackageSet;
  /** The file in which the hosts find each other's addresses. */
  readonly hostsFile: LinesKey;
  /** Ids of lines there that hide a host's own address from itself. */
  readonly unwantedHostsLines: readonly string[];
  /** Kernel settings with their values. */
  readonly sysctls: Readonly<Record<string, string>>;
  readonly time: TimeNames;
}

/** How a host keeps its clock right. */
export interface TimeNames {
  readonly unit: string;
  /** The file that says where the time comes from; it goes in place of the platform's own choice. */
  readonly config: Place;
  /** The whole of that file, for these servers. */
  configText(servers: readonly string[]): string;
  /** Where no servers are named in the site's config. */
  readonly servers: readonly string[];
  /** For hosts that may not set their clock: the unit runs, measures, and leaves the clock alone. */
  readonly withoutSteering: TextFile;
}

/** How the gateway passes packets on. */
export interface GatewayNames {
  readonly packages: PackageSet;
  readonly sysctls: Readonly<Record<string, string>>;
  readonly masquerade: IptablesRulesKey;
  readonly forward: IptablesRulesKey;
}

/** The bridge that takes the place of each host's interface in the LAN, so that guests are in it too. */
export interface BridgeNames {
  readonly name: string;
  /** A pair of virtual interfaces: the end in the bridge, and the one that the guests' switch gets. */
  readonly leg: readonly [inside: string, outside: string];
  readonly modules: readonly string[];
  /** Kernel settings of every host that has it. */
  readonly sysctls: Readonly<Record<string, string>>;
  /** Further ones of the host that passes packets on from the bridge to the bridge. */
  readonly gatewaySysctls: Readonly<Record<string, string>>;
}

/** The replicated volume and its mount. */
export interface GlusterNames {
  readonly packages: PackageSet;
  readonly unit: string;
  readonly modules: readonly string[];
  /** The brick's own folder; its path is the site's. */
  readonly brick: Ownership;
  /** Options of the volume, each by its own name, so that each shows in a preview. */
  readonly options: Readonly<Record<string, string>>;
  /** The option that lists the addresses that may mount, separated by commas. */
  readonly allowOption: string;
  /** Folders down to the mount point, the outermost first; the last is the mount point. */
  readonly folders: readonly Place[];
  readonly mount: { readonly path: string; readonly type: string; readonly options: string };
}

/** A host that runs guests and hands them to other hosts while they run. */
export interface HypervisorNames {
  readonly packages: PackageSet;
  readonly modules: readonly string[];
  /** What the processor's own support for guests needs; nothing where guests are emulated. */
  readonly acceleration: Readonly<
    Record<
      "intel" | "amd" | "none",
      { readonly modules: readonly string[]; readonly requirements: readonly Requirement[] }
    >
  >;
  readonly daemon: {
    readonly unit: string;
    /** The sockets that start it, and that have to be down while the migration socket comes up. */
    readonly sockets: readonly string[];
    readonly settings: Settings;
    /** What every guest is run with, on the host that has this address. */
    guestSettings(address: string): Settings;
  };
  readonly migration: {
    readonly socket: string;
    /** Makes the socket listen on this address alone. */
    listenOn(address: string): TextFile;
    /** Sockets that let in whoever asks, and so have to be off. */
    readonly openSockets: readonly string[];
    /** The first and the last of the ports by which a guest's memory comes to a host. */
    readonly memoryPorts: readonly [number, number];
    readonly certificates: CertificateNames;
  };
  /** Units that would act on guests behind our back. */
  readonly unwantedUnits: readonly string[];
}

/** Where a host's certificate, its key and its authority's certificate lie. */
export interface CertificateNames {
  /** The outermost first. */
  readonly folders: readonly Place[];
  readonly authority: readonly Place[];
  readonly certificate: readonly Place[];
  readonly key: readonly Place[];
}

/**
 * What a platform calls things: packages, units, paths, keys. Data; what is done with it stands in
 * components/.
 */
export interface Profile {
  readonly name: string;
  /** What /etc/os-release says on a host that this profile is for. */
  readonly operatingSystem: { readonly ID: string; readonly VERSION_ID: string };
  readonly baseline: BaselineNames;
  readonly gateway: GatewayNames;
  readonly gluster: GlusterNames;
  readonly hypervisor: HypervisorNames;
  readonly bridge: BridgeNames;
  readonly cloud: CloudNames;
  readonly dashboard: DashboardNames;
}

const profiles: readonly Profile[] = [debian13Epoxy];

/** The names that the stack's config may choose from. */
export const profileNames: readonly string[] = profiles.map((profile) => profile.name);

/** @throws TypeError for a name that is not among `profileNames`; the site's schema lets none pass. */
export function selectProfile(name: string): Profile {
  const profile = profiles.find((one) => one.name === name);
  if (profile) return profile;
  throw new TypeError(`no profile is called ${name}; there are ${profileNames.join(", ")}`);
}

import type { IptablesRulesKey } from "../providers/iptables-rules.ts";
import type { Deed } from "./openstack.ts";
import type { PackageSet, Place, TextFile } from "./profile.ts";

/** What the dashboard's config says about the site. */
export interface DashboardSurroundings {
  /** The host that has the API. */
  readonly controller: string;
  /** The only address at which it listens. */
  readonly address: string;
  /** What browsers may call it by. */
  readonly names: readonly string[];
  /** Processes that answer requests. */
  readonly workers: number;
}

/** The web server with the dashboard in it. */
export interface DashboardNames {
  readonly packages: PackageSet;
  readonly unit: string;
  /** The unit starts when the address outside is there. */
  readonly startsLate: TextFile;
  /** The folder of the certificate and its key. */
  readonly folder: Place;
  readonly certificate: Place;
  readonly key: Place;
  /** All that the unit reads when it starts, but for the certificate and its key. */
  files(site: DashboardSurroundings): readonly TextFile[];
  /** Somebody could log in now. */
  answers(site: DashboardSurroundings): Deed;
  readonly consoles: ConsoleNames;
  readonly publicSide: PublicSideNames;
}

/** Where the screens of guests are to be found below the dashboard's own address. */
export interface ConsoleNames {
  /** What the dashboard's web server hands on to the controller. */
  readonly path: string;
  /** The page below it that shows a screen, once it has been given a token. */
  readonly page: string;
  /** Where the controller answers for them. */
  readonly port: number;
}

/** Where it is judged what the outside sees of the gateway. */
export interface PublicSideNames {
  readonly packages: PackageSet;
  readonly chain: IptablesRulesKey;
  readonly chainOfIpv6: IptablesRulesKey;
  /** The one port that the outside sees. */
  readonly port: number;
}

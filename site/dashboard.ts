import { Secret } from "../providers/sh.ts";
import type { SiteConfig } from "./schema.ts";
import type { Gateway } from "./site.ts";

/** The way in for browsers. */
export interface DashboardSite {
  /** Where users open it, without a path: "https://203.0.113.2". */
  readonly url: string;
  /** The gateway's address outside. */
  readonly address: string;
  /** All names and addresses by which it may be called. */
  readonly names: readonly string[];
  /** Brought by somebody: in PEM, with what leads to an authority that browsers know. */
  readonly certificate?: { readonly pem: string; readonly key: Secret };
}

/** Where browsers find the dashboard; undefined where there is none. */
export function dashboardOf(
  { services, dashboard }: SiteConfig,
  gateway: Gateway,
): DashboardSite | undefined {
  if (!services) return undefined;
  const { publicAddress: address } = gateway;
  if (address === undefined) {
    throw new TypeError("the checks let services without an address outside pass");
  }
  const url = dashboard.url ?? `https://${address}`;
  const names = [address, new URL(url).hostname, gateway.name, ...gateway.aliases];
  const { certificate: pem, key } = dashboard;
  return {
    url,
    address,
    names: [...new Set(names)],
    ...(pem !== undefined && key !== undefined && { certificate: { pem, key: new Secret(key) } }),
  };
}

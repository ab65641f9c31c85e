import { Secret } from "../providers/sh.ts";
import type { SiteConfig } from "./schema.ts";
import type { DashboardSite, Gateway } from "./site.ts";

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

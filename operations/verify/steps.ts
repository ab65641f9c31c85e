import type { Profile } from "../../profiles/profile.ts";
import { sh } from "../../providers/sh.ts";
import { type Guest, until } from "./guest.ts";
import { listening } from "./watch.ts";
import { called, NotSo, type Ways } from "./ways.ts";

/** What one step found, for people; or that nobody could look, and why. */
export type Found = string | { readonly skipped: string };

/** What the guests of a verification share. */
export interface Guests {
  readonly ways: Ways;
  readonly first: Guest;
  readonly second: Guest;
  /** The group that only they are in. */
  readonly group: string;
  /** What the hosts call their bridge, and the ports of a migration. */
  readonly profile: Profile;
}

const patience = 300;

/** All that is not declared down is alive and reports. */
export async function servicesAlive({ admin, site }: Ways): Promise<Found> {
  const away = ({ host }: Readonly<Record<string, unknown>>) => site.down.has(String(host));
  const services = await admin.list("compute", "/v2.1/os-services", "services");
  const agents = await admin.list("network", "/v2.0/agents", "agents");
  const dead = [
    ...services.filter((one) => !away(one) && (one.state !== "up" || one.status !== "enabled")),
    ...agents.filter((one) => !away(one) && one.alive !== true),
  ];
  if (services.length === 0 || agents.length === 0) throw new NotSo("no service has ever reported");
  if (dead.length > 0) {
    const named = dead.map((one) => `${one.binary} on ${one.host}`).join(", ");
    throw new NotSo(`not alive: ${named}.\n  Next: npm run cloud -- doctor`);
  }
  return `${services.length} services of Nova, ${agents.length} agents of Neutron`;
}

export async function imageListed({ member, site }: Ways): Promise<Found> {
  const { image } = site.tenant;
  if (!image) throw new NotSo("no image is promised.\n  Next: set quintet:tenant.image");
  const found = await called(member, "image", "/v2/images", "images", image.name);
  if (found.status !== "active") throw new NotSo(`${image.name} is ${found.status}`);
  return `${image.name}, ${Math.round(Number(found.size) / 1e6)} MB`;
}

export async function boot({ first, second }: Guests): Promise<Found> {
  await Promise.all([first, second].map((guest) => guest.active(patience)));
  const places = await Promise.all(
    [first, second].map(async (guest) => `${guest.name} on ${await guest.host()}`),
  );
  return places.join(", ");
}

export async function answerPing({ first, second }: Guests): Promise<Found> {
  await Promise.all([first, second].map((guest) => guest.answersPing(patience)));
  return `${first.address}, ${second.address}`;
}

export async function letKeyIn({ first, second }: Guests): Promise<Found> {
  await Promise.all([first, second].map((guest) => guest.letsIn(patience)));
  return `${await kernel(first)}, ${await kernel(second)}`;
}

const kernel = async (guest: Guest) => (await guest.says("uname -nr")).trim();

export async function knowThemselves({ first }: Guests): Promise<Found> {
  const url = "http://169.254.169.254/latest/meta-data/instance-id";
  const said = await first.says(fetching(url));
  const seen = await first.seen();
  const name = String(seen["OS-EXT-SRV-ATTR:instance_name"] ?? "");
  const number = Number.parseInt(said.trim().replace(/^i-/, ""), 16);
  const wanted = Number.parseInt(name.replace(/^instance-/, ""), 16);
  if (number === wanted && wanted > 0) return said.trim();
  throw new NotSo(`the metadata of ${first.name} says ${said.trim()}, and Nova ${name}`);
}

export async function reachEachOther({ first, second }: Guests): Promise<Found> {
  await first.says(`ping -c 3 ${second.address}`);
  return `${first.address} to ${second.address}`;
}

export async function reachInternet({ ways, first }: Guests): Promise<Found> {
  const { echo } = ways.site.networks;
  if (echo === undefined) return { skipped: "quintet:networks.echo names no page to ask" };
  const seen = (await first.says(fetching(echo), 60)).trim();
  const { publicAddress = "the address that it has outside" } = ways.site.gateway;
  if (seen === publicAddress) return `seen there as ${seen}`;
  throw new NotSo(`${echo} sees ${seen}, not the gateway's ${publicAddress}`);
}

const port = 8080;

export async function portOpensAndCloses({ ways, first, group }: Guests): Promise<Found> {
  const { member, site } = ways;
  await first.says(
    `sh -c 'while :; do echo open | nc -l -p ${port} || exit; done </dev/null >/dev/null 2>&1 &'`,
  );
  const answers = async () => {
    const script = sh`if timeout 3 bash -c ${`exec 5<>/dev/tcp/${first.address}/${port}`} 2>/dev/null; then echo yes; else echo no; fi`;
    return (await ways.on(site.gateway.name, script)) === "yes\n";
  };
  if (await answers()) throw new NotSo(`port ${port} answers before a rule has opened it`);
  const opened = await member.send("open a port", "POST", "network", "/v2.0/security-group-rules", {
    security_group_rule: {
      security_group_id: group,
      direction: "ingress",
      ethertype: "IPv4",
      protocol: "tcp",
      port_range_min: port,
      port_range_max: port,
    },
  });
  await until(`port ${port} answers`, 30, async () => (await answers()) || undefined);
  const { id } = opened.security_group_rule as { id: string };
  await member.send("close a port", "DELETE", "network", `/v2.0/security-group-rules/${id}`);
  await until(`port ${port} is closed`, 30, async () => !(await answers()) || undefined);
  return `port ${port}: closed, open, closed`;
}

/** The network's last address is the one that guests get last. */
export async function spoofedDropped({ ways, first, profile }: Guests): Promise<Found> {
  const { vms, vmsGateway } = ways.site.networks;
  const forged = `${vms.split(".").slice(0, 3).join(".")}.254`;
  await using ears = await listening(ways, ways.site.gateway.name, profile.bridge.name);
  const root = "$([ $(id -u) = 0 ] || echo sudo -n)";
  await first.says(
    `ping -c 2 ${vmsGateway} && ${root} ip addr add ${forged}/32 dev lo && { ping -c 3 -w 3 -I ${forged} ${vmsGateway}; ${root} ip addr del ${forged}/32 dev lo; }`,
  );
  const heard = (await ears.end()).split("\n");
  if (!heard.includes(`from ${first.address}`)) {
    throw new NotSo(`the gateway did not even hear ${first.address}`);
  }
  if (heard.includes(`from ${forged}`)) {
    throw new NotSo(`the gateway heard ${first.name} as ${forged}, which it is not`);
  }
  return `${forged} was not heard at the gateway`;
}

function fetching(url: string): string {
  return `wget -q -O - ${url} || curl -sf ${url}`;
}

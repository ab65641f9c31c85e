import { called, type Draft, draftHosts } from "../draft.ts";
import {
  addressNumber,
  canHold,
  freeAddress,
  type Network,
  network,
  networkText,
  overlap,
} from "../ipv4.ts";
import { type Path, type Problem, set } from "../problems.ts";

const names = ["lan", "vms", "public"] as const;
type Networks = Partial<Record<(typeof names)[number], Network>>;

/** Networks that overlap or are too small, addresses outside them or taken twice. */
export function checkNetworks(
  draft: Draft,
  nextFree: () => string | undefined,
): readonly Problem[] {
  const networks = networksOf(draft);
  return [
    ...shapesOfNetworks(draft, networks),
    ...overlaps(draft, networks),
    ...lanAddresses(draft, networks.lan, nextFree),
    ...publicAddresses(draft, networks),
  ];
}

/**
 * Addresses of the LAN that no host has, another one each time, so that two commands of one message do
 * not suggest the same.
 */
export function freeLanAddresses(draft: Draft): () => string | undefined {
  const { lan } = networksOf(draft);
  const hosts = draftHosts(draft);
  const taken = new Set(hosts.flatMap(({ host }) => addressNumber(host.address ?? "") ?? []));
  return () => {
    const free = lan && freeAddress(lan, taken);
    taken.add(addressNumber(free ?? "") ?? -1);
    return free;
  };
}

function networksOf(draft: Draft): Networks {
  const known = names.flatMap((name) => {
    const found = network(draft.networks?.[name] ?? "");
    return found ? [[name, found]] : [];
  });
  return Object.fromEntries(known);
}

function shapesOfNetworks(draft: Draft, networks: Networks): readonly Problem[] {
  return names.flatMap((name) => {
    const found = networks[name];
    const written = draft.networks?.[name];
    if (!found || written === undefined) return [];
    const path = ["networks", name];
    if (written !== networkText(found)) {
      return [
        {
          path,
          found: `"${written}", whose address is not the network's first`,
          allowed: "the network's first address and the length of its prefix",
          fix: set(path, networkText(found)),
        },
      ];
    }
    if (found.prefix >= 8 && found.prefix <= 29) return [];
    return [
      {
        path,
        found: `"${written}"`,
        allowed: "a prefix from /8 to /29",
        fix: set(path, networkText({ ...found, prefix: 24 })),
      },
    ];
  });
}

function overlaps(draft: Draft, networks: Networks): readonly Problem[] {
  const gateway = draftHosts(draft).find(({ host }) => host.roles?.includes("gateway"))?.host;
  return names.flatMap((name, index) => {
    const mine = networks[name];
    const before = names.slice(0, index);
    const other = before.find((one) => mine && networks[one] && overlap(mine, networks[one]));
    if (!mine || !other || !networks[other]) return [];
    const path = ["networks", name];
    return [
      {
        path,
        found: `"${networkText(mine)}", which overlaps networks.${other}, ${networkText(networks[other])}`,
        allowed: "a network that has no address in common with another one of the site",
        fix: set(
          path,
          apartFrom(
            Object.values(networks),
            name === "public" ? gateway?.publicAddress : undefined,
          ),
        ),
      },
    ];
  });
}

/** A network of 256 addresses that is apart from all these, around this address where that can be. */
function apartFrom(taken: readonly Network[], around = "10.0.0.0"): string {
  const starts = [around, "10.0.0.0", "172.16.0.0", "192.168.100.0", "100.64.0.0"];
  const candidates = starts.flatMap((start) => network(`${start}/24`) ?? []);
  const apart = candidates.find((one) => !taken.some((other) => overlap(one, other)));
  return apart ? networkText(apart) : "10.0.0.0/24";
}

function lanAddresses(
  draft: Draft,
  lan: Network | undefined,
  nextFree: () => string | undefined,
): readonly Problem[] {
  const problems: Problem[] = [];
  const owners = new Map<string, string>();
  for (const one of draftHosts(draft)) {
    const { address } = one.host;
    const number = addressNumber(address ?? "");
    if (address === undefined || number === undefined) continue;
    const owner = owners.get(address);
    owners.set(address, owner ?? called(one));
    const outside = lan !== undefined && !canHold(lan, number);
    if (!outside && owner === undefined) continue;
    const reason = outside
      ? `which no host can have in networks.lan, ${networkText(lan)}`
      : `the address of ${owner} too`;
    const path: Path = [...one.at, "address"];
    problems.push({
      path,
      found: `"${address}", ${reason}`,
      allowed: "an address in networks.lan that no other host has",
      fix: set(path, nextFree() ?? "ADDRESS"),
    });
  }
  return problems;
}

function publicAddresses(draft: Draft, networks: Networks): readonly Problem[] {
  // A network that is wrong itself says nothing about an address in it.
  const clear = overlaps(draft, networks).every(({ path }) => path[1] !== "public");
  const around = clear ? networks.public : undefined;
  return draftHosts(draft).flatMap(({ host, at }) => {
    const number = addressNumber(host.publicAddress ?? "");
    if (number === undefined || !host.roles?.includes("gateway")) return [];
    const inside = (["lan", "vms"] as const).find((name) => {
      const own = networks[name];
      return own && own.first <= number && number <= own.last;
    });
    const outside = around && !canHold(around, number);
    if (!inside && !outside) return [];
    const path = [...at, "publicAddress"];
    const free = around ? freeAddress(around, new Set()) : undefined;
    return [
      {
        path,
        found: `"${host.publicAddress}", ${inside ? `an address of networks.${inside}` : "which no host can have in networks.public"}`,
        allowed: around
          ? `an address in networks.public, ${networkText(around)}`
          : "the gateway's address outside, or nothing where that is given by DHCP",
        fix: set(path, free ?? "203.0.113.2"),
      },
    ];
  });
}

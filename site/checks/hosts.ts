import { called, type Draft, type DraftHost, draftHosts } from "../draft.ts";
import { type Problem, remove, set } from "../problems.ts";
import { roles } from "../schema.ts";

/** Names that are taken twice, roles that nobody or two hosts have, interfaces that do not fit. */
export function checkHosts(draft: Draft): readonly Problem[] {
  const hosts = draftHosts(draft);
  const all = (draft.hosts ?? []).length === hosts.length && hosts.every(({ host }) => host.roles);
  return [
    ...namesTakenTwice(hosts),
    ...rolesTwiceOnAHost(hosts),
    ...exactlyOne("controller", hosts, all),
    ...exactlyOne("gateway", hosts, all),
    ...controllerApart(draft, hosts),
    ...interfaces(hosts),
    ...awayList(draft, hosts),
  ];
}

function namesTakenTwice(hosts: readonly DraftHost[]): readonly Problem[] {
  const problems: Problem[] = [];
  const owners = new Map<string, DraftHost>();
  for (const one of hosts) {
    const aliases = (one.host.aliases ?? []).map(
      (name, index) => [name, "aliases", index] as const,
    );
    for (const [name, ...below] of [[one.host.name, "name"] as const, ...aliases]) {
      if (name === undefined) continue;
      const path = [...one.at, ...below];
      const owner = owners.get(name);
      if (!owner) {
        owners.set(name, one);
        continue;
      }
      const same = below[0] === "name" && owner.host.address === one.host.address;
      problems.push({
        path,
        found: `"${name}", a name that hosts[${owner.at[1]}] has already`,
        allowed: "a name or alias that is on the list once",
        fix: same
          ? remove(one.at)
          : below[0] === "name"
            ? set(path, freeName(hosts))
            : remove(path),
      });
    }
  }
  return problems;
}

function freeName(hosts: readonly DraftHost[]): string {
  const taken = new Set(hosts.flatMap(({ host }) => [host.name, ...(host.aliases ?? [])]));
  let number = 1;
  while (taken.has(`compute${number}`)) number += 1;
  return `compute${number}`;
}

function rolesTwiceOnAHost(hosts: readonly DraftHost[]): readonly Problem[] {
  return hosts.flatMap(({ host, at }) =>
    (host.roles ?? []).flatMap((role, index, list) =>
      role !== undefined && list.indexOf(role) < index
        ? [
            {
              path: [...at, "roles", index],
              found: `"${role}" once more`,
              allowed: `each of ${roles.join(", ")} once`,
              fix: remove([...at, "roles", index]),
            },
          ]
        : [],
    ),
  );
}

function exactlyOne(
  role: "controller" | "gateway",
  hosts: readonly DraftHost[],
  all: boolean,
): readonly Problem[] {
  const [first, ...others] = hosts.filter(({ host }) => host.roles?.includes(role));
  if (first) {
    return others.map((other) => ({
      path: [...other.at, "roles"],
      found: `a second ${role}; ${called(first)} is one`,
      allowed: `exactly one host with the role ${role}`,
      fix: remove([...other.at, "roles", (other.host.roles ?? []).indexOf(role)]),
    }));
  }
  const candidate = hosts.find(({ host }) => host.publicInterface) ?? hosts[0];
  if (!all || !candidate) return [];
  return [
    {
      path: ["hosts"],
      found: `no host with the role ${role}`,
      allowed: `exactly one host with the role ${role}`,
      fix: set([...candidate.at, "roles", (candidate.host.roles ?? []).length], role),
    },
  ];
}

/** Nova's config says other things on a controller than on a host that runs guests. */
function controllerApart(draft: Draft, hosts: readonly DraftHost[]): readonly Problem[] {
  if (!draft.services) return [];
  return hosts.flatMap(({ host: { roles: has = [] }, at }) => {
    const index = has.indexOf("compute");
    if (index < 0 || !has.includes("controller")) return [];
    return [
      {
        path: [...at, "roles"],
        found: "controller and compute on one host, with services",
        allowed: "with services, a controller that runs no guests",
        fix: remove([...at, "roles", index]),
      },
    ];
  });
}

function interfaces(hosts: readonly DraftHost[]): readonly Problem[] {
  const hasGateway = hosts.some(({ host }) => host.roles?.includes("gateway"));
  return hosts.flatMap((one) => {
    const { host, at } = one;
    if (!host.roles) return [];
    const path = [...at, "publicInterface"];
    if (!host.roles.includes("gateway")) {
      // Where there is no gateway, such a host is the one that should be it.
      if (!hasGateway) return [];
      return (["publicInterface", "publicAddress"] as const)
        .filter((key) => host[key] !== undefined)
        .map((key) => ({
          path: [...at, key],
          found: `"${host[key]}" on ${called(one)}, which is not the gateway`,
          allowed: "nothing: only the gateway is connected to the outside",
          fix: remove([...at, key]),
        }));
    }
    const fix = set(path, host.lanInterface === "eth0" ? "eth1" : "eth0");
    const allowed =
      "the interface of the gateway that leads outside, another one than lanInterface";
    if (host.publicInterface === undefined) return [{ path, found: "nothing", allowed, fix }];
    if (host.publicInterface !== host.lanInterface) return [];
    return [{ path, found: `"${host.publicInterface}", which is lanInterface too`, allowed, fix }];
  });
}

/** One that is gone for good may have left `hosts` before it leaves that list. */
function awayList(draft: Draft, hosts: readonly DraftHost[]): readonly Problem[] {
  const names = hosts.flatMap(({ host }) => host.name ?? []);
  // A host whose name cannot be read may be the one that is meant.
  if (names.length < (draft.hosts ?? [undefined]).length) return [];
  return (draft.down ?? []).flatMap((name, index) =>
    name === undefined || names.includes(name)
      ? []
      : [
          {
            path: ["down", index],
            found: `"${name}", which is no host`,
            allowed: names.join(", "),
            fix: remove(["down", index]),
          },
        ],
  );
}

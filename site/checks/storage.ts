import { type Draft, draftHosts } from "../draft.ts";
import { type Problem, remove, set } from "../problems.ts";

/** Where a brick would be lost at a reboot, or would be mounted over, or would harm the system. */
const noPlaceForABrick = [
  ...["/bin", "/boot", "/dev", "/etc", "/lib", "/proc", "/run", "/sbin", "/sys", "/tmp", "/usr"],
  ...["/var/lib/glusterd", "/var/lib/nova", "/var/lib/libvirt", "/var/tmp"],
];

/** A volume that has enough bricks, in a place where bricks may be. */
export function checkStorage(draft: Draft): readonly Problem[] {
  const strangers = holders(draft);
  return [...(strangers.length > 0 ? strangers : copies(draft)), ...brick(draft)];
}

/** Hosts of the list that nobody knows, or that stand on it twice. */
function holders(draft: Draft): readonly Problem[] {
  const known = draftHosts(draft).flatMap(({ host }) => host.name ?? []);
  const list = draft.gluster?.hosts ?? [];
  return list.flatMap((name, index) => {
    const twice = list.indexOf(name) < index;
    if (name === undefined || (known.includes(name) && !twice)) return [];
    const path = ["gluster", "hosts", index];
    const allowed = `names of hosts, each once: ${known.join(", ")}`;
    return [
      { path, found: `${name}${twice ? " for the second time" : ""}`, allowed, fix: remove(path) },
    ];
  });
}

function copies(draft: Draft): readonly Problem[] {
  const hosts = draftHosts(draft);
  if (hosts.length < (draft.hosts ?? [undefined]).length) return [];
  if (hosts.some(({ host }) => !host.roles)) return [];
  const computes = hosts.filter(({ host }) => host.roles?.includes("compute")).length;
  const list = draft.gluster?.hosts;
  const bricks = list ? list.length : computes;
  const other = hosts.find(({ host }) => !host.roles?.includes("compute"));
  if (list && bricks < 2) {
    const path = ["gluster", "hosts"];
    const allowed = "at least two hosts: each holds one brick of the replicated volume";
    return [{ path, found: `a list of ${bricks}`, allowed, fix: remove(path) }];
  }
  if (computes < 2) {
    return [
      {
        path: ["hosts"],
        found: `${computes === 0 ? "no host" : "one host"} with the role compute`,
        allowed: "at least two: each holds one brick of the replicated volume",
        fix: other
          ? set([...other.at, "roles", other.host.roles?.length ?? 0], "compute")
          : set(["hosts", hosts.length, "name"], "compute2"),
      },
    ];
  }
  const replica = draft.gluster?.replica;
  if (replica === undefined || bricks % replica === 0) return [];
  const possible = Array.from({ length: bricks - 1 }, (_, index) => index + 2).filter(
    (count) => bricks % count === 0,
  );
  const path = ["gluster", "replica"];
  return [
    {
      path,
      found: `${replica} copies on ${bricks} bricks, one on each host ${list ? "of gluster.hosts" : "with the role compute"}`,
      allowed: `a number that divides ${bricks}: ${possible.join(", ")}; or other bricks, by the list gluster.hosts`,
      fix: set(path, bricks),
    },
  ];
}

function brick(draft: Draft): readonly Problem[] {
  const path = draft.gluster?.brick;
  const above = noPlaceForABrick.find((folder) => path?.startsWith(`${folder}/`));
  if (!above) return [];
  return [
    {
      path: ["gluster", "brick"],
      found: `"${path}", which is below ${above}`,
      allowed: "a folder on a file system for data, not below one of the system's",
      fix: set(["gluster", "brick"], "/export/brick/instances"),
    },
  ];
}

import { type Draft, draftHosts } from "../draft.ts";
import { type Problem, set } from "../problems.ts";

/** Where a brick would be lost at a reboot, or would be mounted over, or would harm the system. */
const noPlaceForABrick = [
  ...["/bin", "/boot", "/dev", "/etc", "/lib", "/proc", "/run", "/sbin", "/sys", "/tmp", "/usr"],
  ...["/var/lib/glusterd", "/var/lib/nova", "/var/lib/libvirt", "/var/tmp"],
];

/** A volume that has enough bricks, in a place where bricks may be. */
export function checkStorage(draft: Draft): readonly Problem[] {
  return [...copies(draft), ...brick(draft)];
}

function copies(draft: Draft): readonly Problem[] {
  const hosts = draftHosts(draft);
  if (hosts.length < (draft.hosts ?? [undefined]).length) return [];
  if (hosts.some(({ host }) => !host.roles)) return [];
  const bricks = hosts.filter(({ host }) => host.roles?.includes("compute")).length;
  const other = hosts.find(({ host }) => !host.roles?.includes("compute"));
  if (bricks < 2) {
    return [
      {
        path: ["hosts"],
        found: `${bricks === 0 ? "no host" : "one host"} with the role compute`,
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
      found: `${replica} copies on ${bricks} bricks, one on each host with the role compute`,
      allowed: `a number that divides ${bricks}: ${possible.join(", ")}`,
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

import type { Change } from "../contract.ts";
import { patience, withGluster } from "../gluster/command.ts";
import { leave, noticed } from "../gluster/leave.ts";
import type { GlusterVolumeValue } from "../gluster-volume.ts";
import { lines, sh } from "../sh.ts";

/**
 * Stops a volume and deletes it. Gluster deletes none while a member of its pool is away, and detaches
 * no member that holds one of its bricks: so those that are `gone` for good lose both before.
 */
export function remove(
  name: string,
  have: GlusterVolumeValue,
  gone: ReadonlySet<string>,
): Change[] {
  const drops = bricksToDrop(have, gone);
  const peers = [...gone];
  const notice: Change = {
    why: `wait until Gluster has noticed that ${peers.join(", ")} is gone`,
    script: lines(peers.map(noticed)),
    seconds: patience,
  };
  return [
    ...(peers.length === 0 ? [] : [notice]),
    ...(have.started === false ? [] : [stop(name)]),
    ...(drops.length === 0 ? [] : [drop(name, drops, gone)]),
    ...peers.map((peer) => leave(peer, true)),
    {
      why: `delete the volume ${name}; what is in its bricks stays there`,
      script: withGluster(
        sh`if [ -e ${`/var/lib/glusterd/vols/${name}/info`} ]; then patiently volume delete ${name}; fi`,
      ),
      seconds: patience,
    },
  ];
}

/** Clients that mount it lose their files from one moment to the next: it has to be unmounted before. */
export function stop(name: string): Change {
  return {
    why: `stop the volume ${name}, unless it is mounted`,
    script: withGluster(sh`
if patiently volume status ${name} client-list; then
  mounts=$(printf '%s\\n' "$said" | awk '$1 == "fuse" || $1 == "gfapi" { sum += $2 } END { print sum + 0 }')
  if [ "$mounts" != 0 ]; then
    echo ${`the volume ${name} is still mounted: look for glusterfs in /proc/mounts of its clients. Mounts:`} "$mounts" >&2
    exit 1
  fi
else
  # Who does not know whether it is mounted does not stop it.
  case $said in *'not started'* | *'not in the started state'* | *'does not exist'*) ;; *) exit 1 ;; esac
fi
patiently volume stop ${name} || case $said in *'not in the started state'*|*'is not started'*) ;; *) exit 1 ;; esac`),
    seconds: patience,
  };
}

/**
 * What `remove-brick` is told, command by command. A number of copies holds for all sets of neighbours,
 * so that with a brick that is gone each other set loses one as well. All bricks never go: a member that
 * has what is left of a volume may be detached.
 */
export function bricksToDrop(
  { bricks, replica }: GlusterVolumeValue,
  gone: ReadonlySet<string>,
): (string | number)[][] {
  const isGone = (brick: string) => gone.has(brick.slice(0, brick.indexOf(":")));
  const commands: (string | number)[][] = [];
  let left = [...bricks];
  for (let copies = replica; copies > 1 && left.some(isGone); copies--) {
    const sets = Array.from({ length: left.length / copies }, (_, at) =>
      left.slice(at * copies, (at + 1) * copies),
    );
    const going = sets.map((set) => set.find(isGone) ?? set.at(-1) ?? "");
    commands.push(["replica", copies - 1, ...going]);
    left = left.filter((brick) => !going.includes(brick));
  }
  const lost = left.filter(isGone);
  const last = lost.length === left.length ? lost.slice(1) : lost;
  return last.length > 0 ? [...commands, last] : commands;
}

function drop(
  name: string,
  commands: readonly (string | number)[][],
  gone: ReadonlySet<string>,
): Change {
  const scripts = commands.map(
    (words) => sh`patiently volume remove-brick ${name} ${words} force || exit`,
  );
  return {
    why: `take the bricks of ${[...gone].join(", ")}, gone for good, out of ${name}`,
    script: withGluster(lines(scripts)),
    seconds: patience,
  };
}

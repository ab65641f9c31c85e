import type { Change } from "../contract.ts";
import { type Script, sh } from "../sh.ts";
import { patience, withGluster } from "./command.ts";

/**
 * Takes a member out of the pool. Detaching is answered before the daemon has forgotten the peer. One
 * that is only away would go on as if it were a member: so it goes by force only if it is gone for good.
 */
export function leave(name: string, gone: boolean): Change {
  const force = gone ? ["force"] : [];
  return {
    why: `detach ${name} from the Gluster pool${gone ? ", as it is gone for good" : ""}`,
    script: withGluster(sh`
${gone ? noticed(name) : sh``}
patiently peer detach ${name} ${force} || case $said in
  *'is not part of cluster'*|*'not in the cluster'*) ;;
  *) echo ${`If ${name} is gone for good: gluster peer detach ${name} force`} >&2; exit 1 ;;
esac
for try in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15; do
  grep -qsx -e ${`hostname[0-9]*=${name}`} /var/lib/glusterd/peers/* || exit 0
  sleep 2
done
echo ${`${name} was asked to leave, but it still stands in /var/lib/glusterd/peers`} >&2
exit 1`),
    seconds: patience,
  };
}

/**
 * Waits until the daemon has noticed that a peer is away. A power loss closes no connection, and a
 * command of the cluster that goes out before hangs for minutes, and with it all that follow.
 */
export function noticed(peer: string): Script {
  return sh`
for try in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30; do
  gluster pool list | grep -q -e ${`[[:space:]]${peer}[[:space:]]*Connected`} || break
  sleep 2
done`;
}

import { lines, type Script, sh } from "../sh.ts";

/**
 * A script that may say `patiently volume start …`: the gluster command without its questions, again
 * for a while when another command holds the cluster's lock, a daemon has only just started, or two
 * new members of the pool have not met yet.
 */
export function withGluster(script: Script): Script {
  return lines([
    sh`
patiently() {
  for try in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 none; do
    said=$(gluster --mode=script "$@" 2>&1) && return 0
    case $try,$said in
      none,*) break ;;
      *'Another transaction'*|*'Locking failed'*|*'Connection failed'*|*"not in 'Peer in Cluster'"*|*'Host '*' not connected'*)
        sleep 4 ;;
      *) break ;;
    esac
  done
  printf '%s\\n' "$said" >&2
  return 1
}`,
    script,
  ]);
}

/** How long a script with a `patiently` or two in it may take, in seconds. */
export const patience = 300;

import { lines, type Script, sh } from "../../providers/sh.ts";
import type { Deed } from "../openstack.ts";

/** What is waited for: lines that a question has to print. */
export interface Awaited {
  /** For people: what holds when all lines are there. */
  readonly name: string;
  /** Only reads, quickly. It fails where nobody can be asked. */
  readonly seen: Script;
  readonly wanted: readonly string[];
  /** Units of this host whose last words explain why it takes too long. */
  readonly units: readonly string[];
  readonly seconds: number;
  /** Helps along between two looks. */
  readonly nudge?: Script;
}

/** A promise that something comes by itself. Its deed is to look again, until it is there or too late. */
export function waitUntil({ name, seen, wanted, units, seconds, nudge }: Awaited): Deed {
  const look = sh`
missing() {
  seen=$(${seen}) || return 2
  printf '%s\\n' ${wanted} | grep -vxF -e "$seen" || true
}`;
  return {
    name,
    check: lines([
      look,
      sh`left=$(missing) || { echo 'nobody can be asked' >&2; exit 2; }
[ -z "$left" ] || exit 1`,
    ]),
    run: lines([
      look,
      sh`until=$(($(date +%s) + ${seconds}))
until left=$(missing) && [ -z "$left" ]; do
  if [ "$(date +%s)" -ge "$until" ]; then
    {
      printf '%s\\n' ${`not within ${seconds} s: ${name}. What is missing:`} "\${left:-an answer}"
      for unit in ${units}; do
        echo "The last words of $unit:"
        journalctl -u "$unit" -n 8 --no-pager --no-hostname -q
        tail -qn 8 /var/log/*/"\${unit%.service}.log" 2>/dev/null
      done
      echo 'On other hosts: journalctl -u UNIT, and /var/log/nova, /var/log/neutron.'
    } >&2
    exit 1
  fi
  ${nudge ?? sh`:`}
  sleep 2
done`,
    ]),
    seconds: seconds + 60,
  };
}

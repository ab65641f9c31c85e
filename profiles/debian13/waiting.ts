import { orUnseen, rowsOf } from "../../providers/mariadb/command.ts";
import { lines, type Script, sh } from "../../providers/sh.ts";
import type { Deed } from "../openstack.ts";

/** What is waited for: lines that a question has to print. */
export interface Awaited {
  /** For people: what holds when all lines are there. */
  readonly name: string;
  /** A script that only reads, quickly, and fails where nobody can be asked; or a query of MariaDB. */
  readonly seen: Script | string;
  readonly wanted: readonly string[];
  /** Units of this host whose last words explain why it takes too long. */
  readonly units: readonly string[];
  readonly seconds: number;
  /** Helps along between two looks. */
  readonly nudge?: Script;
}

/** A promise that something comes by itself. Its deed is to look again, until it is there or too late. */
export function waitUntil({ name, seen, wanted, units, seconds, nudge }: Awaited): Deed {
  const asked = typeof seen === "string";
  const look = asked ? sh`seen=$(${rowsOf} ${seen})` : sh`seen=$(${seen})`;
  // Puts into $left, a line each, what of all that is wanted has not been seen.
  const compare = sh`
compare() {
  line_end='
' left=
  for one in ${wanted}; do
    case $line_end$seen$line_end in *"$line_end$one$line_end"*) ;; *) left=$left\${left:+$line_end}$one ;; esac
  done
}`;
  const answered = asked
    ? sh`${orUnseen}
seen=$rows`
    : sh`${look} || { echo 'nobody can be asked' >&2; exit 2; }`;
  return {
    name,
    ...(asked && { asks: seen }),
    check: lines([
      compare,
      answered,
      sh`compare
[ -z "$left" ] || exit 1`,
    ]),
    run: lines([
      compare,
      sh`until=$(($(date +%s) + ${seconds}))
until { left=; ${look}; } && compare && [ -z "$left" ]; do
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

import { sh } from "../sh.ts";

/**
 * What daemons of Debian's packages make for themselves, and their purge does not know: seen on hosts from
 * which all had gone. As long as it is there, so are the accounts whose it is.
 */
const made: Readonly<Record<string, string>> = {
  "neutron-common": "/var/cache/neutron",
  "nova-common": "/var/cache/nova",
  "openvswitch-switch": "/var/lib/openvswitch",
  "python3-stevedore": "/root/.cache/python-entrypoints",
  "swtpm-tools": "/var/lib/swtpm-localca",
  "uuid-runtime": "/var/lib/libuuid",
};

/** What the purge of the packages in `$1` has left of that, once they are gone. */
export const leftBehindFunctions = sh`
remove_left_behind() {
  installed | comm -13 - "$1" >"$t/gone"
  printf '%s %s\\n' ${Object.entries(made).flat()} | sort | join - "$t/gone" | while read -r name path; do
    [ ! -d "$path" ] || rm -rf --one-file-system -- "$path" || return
    rmdir -- "\${path%/*}" 2>/dev/null
  done
  return 0
}`;

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

/**
 * `note_left_behind` writes down which of it is there before the packages in `$1` come, from another time;
 * `remove_left_behind` removes what the purge of the packages in `$1` has left of the rest.
 */
export const leftBehindFunctions = sh`
made_by() { printf '%s %s\\n' ${Object.entries(made).flat()} | sort | join - "$1"; }
note_left_behind() {
  made_by "$1" | while read -r name path; do [ ! -e "$path" ] || printf '%s\\n' "$path"; done |
    sort -u - "$ledger/there" >"$ledger/there.new" && mv "$ledger/there.new" "$ledger/there"
}
remove_left_behind() {
  installed | comm -13 - "$1" | comm -23 - "$t/keep_config" >"$t/gone"
  made_by "$t/gone" | while read -r name path; do
    ! grep -qxF -e "$path" "$ledger/there" || continue
    [ ! -d "$path" ] || mountpoint -q "$path" || rm -rf --one-file-system -- "$path" || return
    rmdir -- "\${path%/*}" 2>/dev/null
  done
  return 0
}`;

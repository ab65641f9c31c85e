import { sh } from "../sh.ts";

/**
 * What daemons of Debian's packages make for themselves, and their purge does not know: seen on hosts from
 * which all had gone. As long as it is there, so are the accounts whose it is.
 */
const made: Readonly<Record<string, readonly string[]>> = {
  "glance-common": ["/etc/glance/glance-image-import.conf", "/var/cache/glance"],
  haproxy: ["/var/lib/haproxy"],
  keystone: ["/var/cache/keystone"],
  "mariadb-server": ["/etc/mysql/debian.cnf", "/var/lib/mysql"],
  "neutron-common": ["/var/cache/neutron"],
  "nova-common": ["/var/cache/nova"],
  "openvswitch-switch": ["/var/lib/openvswitch"],
  "placement-common": ["/var/cache/placement"],
  "python3-stevedore": ["/root/.cache/python-entrypoints"],
  "swtpm-tools": ["/var/lib/swtpm-localca"],
  "uuid-runtime": ["/var/lib/libuuid"],
};
const rows = Object.entries(made).flatMap(([name, paths]) => paths.flatMap((path) => [name, path]));

/**
 * `note_left_behind` writes down which of it is there before the packages in `$1` come, from another time;
 * `remove_left_behind` removes the rest of what those have left that are in the list `gone`, but for a folder
 * of databases in which somebody else's lies. `let_units_go` stops what runs on without its unit's file, as
 * what the bus has started does, and removes the links that had enabled it.
 */
export const leftBehindFunctions = sh`
made_by() { printf '%s %s\\n' ${rows} | sort | join - "$1"; }
note_left_behind() {
  made_by "$1" | while read -r name path; do [ ! -e "$path" ] || printf '%s\\n' "$path"; done |
    sort -u - "$ledger/there" >"$ledger/there.new" && mv "$ledger/there.new" "$ledger/there"
}
others_databases() {
  [ "$1" = /var/lib/mysql ] && find -L "$1/" -mindepth 1 -maxdepth 1 -type d \\
    ! -name mysql ! -name performance_schema ! -name sys ! -name '#*' | grep -q .
}
remove_left_behind() {
  made_by "$t/gone" | while read -r name path; do
    ! grep -qxF -e "$path" "$ledger/there" || continue
    [ -e "$path" ] && ! mountpoint -q "$path" && ! others_databases "$path" || continue
    rm -rf --one-file-system -- "$path" || exit
    rmdir -- "\${path%/*}" 2>/dev/null || :
  done
}
let_units_go() {
  sed -nE 's,^(/usr)?/lib/systemd/system/([^/]+)$,\\2,p' "$ledger/going" | sort -u | while read -r unit; do
    for folder in etc run usr/local/lib usr/lib lib; do
      [ ! -e "/$folder/systemd/system/$unit" ] || continue 2
    done
    printf '%s\\n' "$unit"
  done >"$t/units"
  [ -s "$t/units" ] || return 0
  systemctl list-units --state=active,activating,reloading --plain --no-legend | awk '{ print $1 }' | sort |
    comm -12 - "$t/units" | xargs -r systemctl stop
  systemctl list-units --state=failed --plain --no-legend | awk '{ print $1 }' | sort |
    comm -12 - "$t/units" | xargs -r systemctl reset-failed
  find /etc/systemd/system -mindepth 2 -maxdepth 2 -type l | while read -r link; do
    [ -e "$link" ] || ! grep -qxF -e "\${link##*/}" "$t/units" || rm -- "$link" || exit
  done
}`;

import { sh } from "../sh.ts";

/**
 * What all sets of one host share, root's alone: `sets/NAME` lists what a set needs, `brought` what our
 * installs brought along ("NAME new", or "NAME config" where an earlier removal had left its
 * configuration), `asked` what any of them asked for by name, even one that was cut off, `accounts` the
 * users and groups that came along, `there` what daemons make that was there before, `going` the names
 * and the paths of packages whose purge has not come to its end. `pending` stands while apt runs: what was
 * planned, so that a run that was cut off is accounted for by the next. `asked_for` stands while a set is
 * let go of: what was asked for by name, and is marked as automatic until it is sure that it goes.
 */
export const ledger = "/var/lib/quintet/packages";

export const ledgerFunctions = sh`
ledger=${ledger}
leaving=
pending=$ledger/pending
asked_for=$ledger/asked_for
log=$ledger/log
plan=$ledger/plan
updated=
open_ledger() {
  (umask 077 && mkdir -p "$ledger/sets") || return
  for name in brought asked accounts there going; do touch "$ledger/$name" || return; done
  rm -rf "$ledger"/work.*
  t=$(mktemp -d "$ledger/work.XXXXXX") || return
  trap 'keep_asked; rm -rf "$t" "$log" "$plan"; close_ledger' EXIT
  keep_asked && account
}
# What did not go after all must not look as if nobody wanted it.
keep_asked() {
  [ -e "$asked_for" ] || return 0
  installed | comm -12 - "$asked_for" | xargs -r apt-mark manual >/dev/null && rm "$asked_for"
}
# The last set takes the ledger with it.
close_ledger() {
  rmdir "$ledger/sets" 2>/dev/null || return
  if [ -d "$pending" ] || [ -s "$ledger/brought" ]; then mkdir -m 700 "$ledger/sets"; return; fi
  rm -rf "$ledger"
  rmdir /var/lib/quintet 2>/dev/null
}
installed() { dpkg-query -W -f='\${db:Status-Abbrev}\${Package}\\n' | sed -n 's/^.[^nc].//p' | sort -u; }
only_config() { dpkg-query -W -f='\${db:Status-Abbrev}\${Package}\\n' | sed -n 's/^.c.//p' | sort -u; }
brought() { cut -d' ' -f1 "$ledger/brought" | sort -u; }
ours() { brought >"$t/brought"; installed | comm -12 - "$t/brought"; }
noted_by_others() {
  for set in "$ledger/sets"/*; do
    case " $set_name $leaving " in *" \${set##*/} "*) ;; *) [ ! -e "$set" ] || cat "$set" ;; esac
  done | sort -u
}
# What apt may remove by itself; asking apt-mark takes a quarter of a second.
autos() {
  awk -v native="$(dpkg --print-architecture)" '
    $1 == "Package:" { name = $2 }
    $1 == "Architecture:" { architecture = $2 }
    $1 == "Auto-Installed:" && $2 && architecture == native { print name }' /var/lib/apt/extended_states 2>/dev/null |
    sort -u
}
accounts() { getent "$1" | cut -d: -f1 | sort; }
# Before apt runs: what will be new by the plan, and who has an account now.
write_ahead() {
  rm -rf "$pending.new"
  mkdir -m 700 "$pending.new" || return
  only_config >"$t/config"
  awk '$1 == "Inst" && $3 !~ /^\\[/ { sub(/:.*/, "", $2); print $2 }' "$1" | sort -u >"$t/new"
  note_left_behind "$t/new" || return
  { comm -23 "$t/new" "$t/config" | sed 's/$/ new/'
    comm -12 "$t/new" "$t/config" | sed 's/$/ config/'; } >"$pending.new/packages"
  cat "$t/needs" "$t/along" 2>/dev/null | sort -u >"$pending.new/asked"
  accounts passwd >"$pending.new/passwd" && accounts group >"$pending.new/group" || return
  mv "$pending.new" "$pending"
}
# After apt ran, or at the next start after it was cut off: what came is ours, and goes automatically
# unless a set asks for it by name.
account() {
  [ -d "$pending" ] || return 0
  installed >"$t/installed"
  sort "$pending/packages" | join - "$t/installed" >"$t/came"
  sort -u "$t/came" "$ledger/brought" >"$ledger/brought.new"
  mv "$ledger/brought.new" "$ledger/brought" || return
  for sort in passwd group; do
    accounts "$sort" | comm -13 "$pending/$sort" - | sed "s/^/$sort /"
  done | sort -u - "$ledger/accounts" >"$ledger/accounts.new"
  mv "$ledger/accounts.new" "$ledger/accounts" || return
  { noted_by_others; cat "$ledger/sets/$set_name" "$pending/asked" 2>/dev/null; } | sort -u >"$t/asked"
  autos >"$t/autos"
  cut -d' ' -f1 "$t/came" | comm -23 - "$t/asked" | comm -23 - "$t/autos" | xargs -r apt-mark auto >/dev/null || return
  rm -rf "$pending"
}
# What we brought for another reason, and is asked for by name now, must not go automatically.
note_needs() {
  sort -u "$t/needs" >"$t/sorted" && mv "$t/sorted" "$ledger/sets/$set_name" || return
  autos >"$t/autos"
  ours | comm -12 - "$ledger/sets/$set_name" | comm -12 - "$t/autos" | xargs -r apt-mark manual >/dev/null
}`;

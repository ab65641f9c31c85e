import { sh } from "../sh.ts";

/**
 * Letting packages go. What goes is decided by apt's own reckoning of what nobody needs any more, cut
 * down to what our installs brought; what stands in the way is told before anything is touched.
 */
export const releaseFunctions = sh`
# What apt would remove, with "-s" and the given command.
would_remove() {
  aptget -s -o APT::AutoRemove::RecommendsImportant=false -o APT::AutoRemove::SuggestsImportant=false "$@" |
    awk '$1 == "Remv" || $1 == "Purg" { sub(/:.*/, "", $2); print $2 }' | sort -u
}
lists() {
  for name in $(cat); do
    for file in "/var/lib/dpkg/info/$name.$1" "/var/lib/dpkg/info/$name":*".$1"; do
      [ ! -e "$file" ] || printf '%s\\n' "$file"
    done
  done
}
# The paths that go with the packages in $1: what they alone own, and what their scripts delete.
going_paths() {
  lists list <"$1" >"$t/lists"
  {
    xargs -r cat <"$t/lists"
    lists postrm <"$1" | xargs -r grep -l 'rm -[a-zA-Z]*[rR]' | xargs -r grep -ho '/[A-Za-z0-9._+/-]*'
    sed 's,.*,/var/lib/&\\n/var/log/&\\n/var/cache/&\\n/etc/&,' "$1"
  } | sed 's,/*$,,' | sort -u >"$t/going"
  ls /var/lib/dpkg/info/*.list | grep -vxF -f "$t/lists" | xargs -r cat | sort -u |
    comm -13 - "$t/going" | grep '/.*/'
}
# A purge deletes through whatever is mounted below. Mounts of our own are set aside for the time being;
# for others it waits until they are gone.
clear_mounts() {
  going_paths "$1" >"$t/paths"
  : >"$t/aside"
  awk '{ print $5 }' /proc/self/mountinfo | while read -r point; do printf '%b\\n' "$point"; done |
    grep -Ev '^/(proc|sys|dev|run)?(/|$)' |
    awk -v paths="$t/paths" '
      BEGIN { while ((getline line < paths) > 0) going[line] = 1 }
      { for (path = $0; path != ""; sub(/\\/[^\\/]*$/, "", path)) if (path in going) { print $0; next } }' |
    sort -ur | while read -r point; do
      unit=quintet-mount-$(systemd-escape -p -- "$point").service
      if [ -e "/etc/systemd/system/$unit" ] && umount -- "$point" 2>>"$log"; then
        printf '%s %s\\n' "$unit" "$point" >>"$t/aside"
      else printf '%s ' "$point"; fi
    done >"$t/mounted"
  [ ! -s "$t/mounted" ] || {
    mount_again
    refuse "a purge would delete what is mounted at $(cat "$t/mounted")" 'Unmount it first.'
  }
}
mount_again() {
  while read -r unit point; do
    mkdir -p -- "$point" && systemctl restart "$unit" || return
  done <"$t/aside"
}

let_go() {
  [ $# != 0 ] || [ -n "$unfinished" ] || return 0
  noted_by_others >"$t/others"
  ours >"$t/ours"
  printf '%s\\n' "$@" | sort -u | comm -12 - "$t/ours" | comm -23 - "$t/others" >"$t/candidates"
  # They may have gone with a set that went before.
  [ -s "$t/candidates" ] || [ -n "$unfinished" ] || return 0
  autos | comm -13 - "$t/candidates" >"$t/asked_for"
  mv "$t/asked_for" "$asked_for" || return
  xargs -r apt-mark auto <"$asked_for" >/dev/null || return
  would_remove autoremove >"$t/unneeded"
  comm -12 "$t/unneeded" "$t/ours" >"$t/doomed"
  comm -23 "$t/candidates" "$t/doomed" >"$t/stuck"
  if [ -s "$t/stuck" ]; then
    for_others=$(would_remove purge $(cat "$t/stuck") | comm -23 - "$t/ours" | tr '\\n' ' ')
    [ -z "$for_others" ] || refuse "apt would take along what is not ours: $for_others" \\
      "It needs $(tr '\\n' ' ' <"$t/stuck"), which came with this set. Remove it first."
  fi
  if [ -s "$t/doomed" ]; then
    # What came later for ours, by an upgrade, and is needed by nothing else may go along.
    would_remove purge $(cat "$t/doomed") >"$t/going_packages"
    lost=$(comm -23 "$t/going_packages" "$t/unneeded" | tr '\\n' ' ')
    [ -z "$lost" ] ||
      refuse "apt would take along what is not ours: $lost" 'Remove it first, or keep what it needs.'
    take_away "$t/doomed" || return
  fi
  rm "$asked_for"
}

# What will go besides is listed in going_packages.
take_away() {
  clear_mounts "$t/going_packages"
  purge "$1"
  status=$?
  mount_again || return
  return $status
}
even_essential=
unfinished=
# A purge that was cut off may have done no more than remove, or left what comes after it.
finish_purge() {
  [ -s "$ledger/going" ] || return 0
  unfinished=yes
  only_config | comm -12 - "$ledger/going" >"$t/removed"
  [ -s "$t/removed" ] || { clear_after_purge; return; }
  # apt asks for that word even where no more than configuration is left.
  even_essential=--allow-remove-essential
  cp "$t/removed" "$t/going_packages" && take_away "$t/removed"
  status=$?
  even_essential=
  return $status
}
purge() {
  # Configuration that an earlier removal had left is not ours to purge.
  sort "$ledger/brought" | join - "$1" | sed -n 's/ config$//p' >"$t/keep_config"
  comm -23 "$1" "$t/keep_config" >"$t/purged"
  lists list <"$t/purged" | xargs -r cat | sort -u - "$t/purged" "$ledger/going" >"$t/write_ahead" || return
  mv "$t/write_ahead" "$ledger/going" || return
  if [ -s "$t/keep_config" ]; then quiet aptget remove $(cat "$t/keep_config") || return; fi
  quiet aptget $even_essential purge $(cat "$t/purged") || return
  clear_after_purge
}
# What purges leave of what the packages had on this host.
clear_after_purge() {
  installed >"$t/installed"
  grep -v '^/' "$ledger/going" | comm -23 - "$t/installed" >"$t/gone"
  let_units_go || return
  # dpkg leaves a folder in which a daemon made another; whatever holds a file stays.
  grep -E '^/(etc|var|srv|opt)/' "$ledger/going" >"$t/theirs"
  cat /var/lib/dpkg/info/*.list | sort -u | comm -13 - "$t/theirs" | while IFS= read -r path; do
    [ ! -d "$path" ] || find "$path" -xdev -depth -type d -empty -delete
  done
  remove_left_behind || return
  sort "$ledger/brought" | join - "$t/installed" >"$ledger/brought.new"
  mv "$ledger/brought.new" "$ledger/brought" && : >"$ledger/going"
}

# Some that nobody needs apt lets go only when told so: what it holds for essential (e2fsprogs does), and
# one of several that give the same (gawk, beside mawk). Each goes with the last set, unless anything of
# others needs it.
let_go_rest() {
  ours >"$t/ours"
  autos | comm -12 - "$t/ours" >"$t/candidates"
  even_essential=--allow-remove-essential
  would_remove $even_essential purge $(cat "$t/candidates") >"$t/going_packages" 2>/dev/null
  if [ -s "$t/going_packages" ] && [ -z "$(comm -23 "$t/going_packages" "$t/ours")" ]; then
    cp "$t/going_packages" "$t/doomed"
  else let_go_one_by_one; fi
  [ -s "$t/doomed" ] || return 0
  take_away "$t/doomed"
}
let_go_one_by_one() {
  : >"$t/doomed"
  while read -r name; do
    ! grep -qxF -e "$name" "$t/doomed" || continue
    # With what it alone needs, which apt may have for needed as long as it is there.
    would_remove $even_essential --auto-remove purge "$name" </dev/null 2>/dev/null | comm -12 - "$t/ours" >"$t/one"
    # One that apt refuses to let go is not in the list.
    grep -qxF -e "$name" "$t/one" || continue
    # Two may go one without the other, and together take along what needs either.
    sort -u "$t/doomed" "$t/one" >"$t/more"
    would_remove $even_essential purge $(cat "$t/more") </dev/null >"$t/going_packages" 2>/dev/null
    [ -n "$(comm -23 "$t/going_packages" "$t/ours")" ] || mv "$t/more" "$t/doomed"
  done <"$t/candidates"
  cp "$t/doomed" "$t/going_packages"
}

# Users and groups that came with the packages, once all sets are gone and unless they own anything.
drop_accounts() {
  ours | lists postinst | xargs -r cat >"$t/scripts"
  sort -r "$ledger/accounts" | while read -r sort name; do
    id=$(getent "$sort" "$name" | cut -d: -f3)
    [ -n "$id" ] || continue
    if [ "$id" -ge 1000 ] && [ "$id" -lt 60000 ]; then continue; fi
    ! grep -qwF -e "$name" "$t/scripts" || continue
    if [ "$sort" = passwd ]; then of=-uid; else of=-gid; fi
    [ -z "$(find /proc -maxdepth 1 $of "$id" -print -quit 2>/dev/null)" ] || continue
    [ -z "$(find /etc /var /home /srv /opt /root -xdev $of "$id" -print -quit 2>/dev/null)" ] || continue
    if [ "$sort" = passwd ]; then userdel "$name"; else groupdel "$name"; fi >/dev/null 2>&1
  done
  return 0
}

# The packages of this set and of those that are named.
let_go_sets() {
  for set in "$set_name" "$@"; do cat "$ledger/sets/$set"; done >"$t/leaving"
  # The last one also takes what a set had asked for that was never noted, being cut off.
  [ -n "$others" ] || cat "$ledger/asked" >>"$t/leaving"
  let_go $(sort -u "$t/leaving")
}

release_set() {
  finish_purge || return
  [ -e "$ledger/sets/$set_name" ] || return 0
  others=$(ls "$ledger/sets" | grep -vxF -e "$set_name")
  # Sets that wait to go share this run of apt, unless something is in the way of one of them.
  for word in $announced; do
    [ "\${word#-}" = "$word" ] || [ ! -e "$ledger/sets/\${word#-}" ] || leaving="$leaving \${word#-}"
  done
  if [ -z "$leaving" ] || ! (let_go_sets $leaving) 2>/dev/null; then
    leaving=
    finish_purge && keep_asked && let_go_sets || return
  fi
  [ -n "$others" ] || let_go_rest || return
  rm -f "$ledger/sets/$set_name"
  [ -n "$others" ] || drop_accounts
}`;

import type { Edits, PackageTool } from "../packages.ts";
import { lines, type Script, sh } from "../sh.ts";
import { ledger, ledgerFunctions } from "./ledger.ts";
import { leftBehindFunctions } from "./left-behind.ts";
import { releaseFunctions } from "./release.ts";

const halfWayWords: Readonly<Record<string, string>> = {
  H: "half-installed",
  U: "unpacked",
  F: "half-configured",
  W: "triggers-awaited",
  t: "triggers-pending",
};

/** dpkg and apt-get. */
export const apt: PackageTool = {
  list: sh`command -v dpkg-query >/dev/null || { echo 'there is no dpkg on this host' >&2; exit 1; }
list=$(dpkg-query -W -f='\${db:Status-Abbrev}|\${Package}|\${Version}\\n') || exit
printf '%s\\n' "$list" |
  awk -F'|' -v names=" $* " 'index(names, " " $2 " ") || $1 !~ /^.[inc] /'
set -- /var/lib/dpkg/updates/*
[ ! -e "$1" ] || echo interrupted`,

  probe: (set) => sh`
printf '%s\\n' "$shared"
if [ -e ${`${ledger}/sets/${set}`} ]; then
  while read -r name; do echo "noted $name"; done <${`${ledger}/sets/${set}`}
fi`,

  parse(stdout) {
    const state = new Map<string, { version: string } | { halfWay: string }>();
    for (const [, abbreviation = "", name = "", version = ""] of stdout.matchAll(
      /^(.{3})\|(.+)\|(.*)$/gm,
    )) {
      const broken =
        abbreviation[2] === "R" ? "half-installed" : halfWayWords[abbreviation[1] ?? ""];
      if (broken !== undefined) state.set(name, { halfWay: broken });
      else if (abbreviation[1] === "i") state.set(name, { version });
    }
    const halfInstalled = [...state].filter(([, one]) => "halfWay" in one).map(([name]) => name);
    if (/^interrupted$/m.test(stdout)) halfInstalled.push("dpkg itself");
    const noted = [...stdout.matchAll(/^noted (.+)$/gm)].map(([, name]) => name ?? "");
    return { state, halfInstalled, noted };
  },

  heal: () => lines([aptFunctions, ledgerFunctions, leftBehindFunctions, healing]),

  settle: (set, edits) =>
    lines([
      aptFunctions,
      ledgerFunctions,
      leftBehindFunctions,
      releaseFunctions,
      settling(set, edits),
    ]),

  release: (set, restore) =>
    lines([
      aptFunctions,
      ledgerFunctions,
      leftBehindFunctions,
      releaseFunctions,
      sh`set_name=${set}
open_ledger || exit
release_set || exit
[ ${restore.length} != 0 ] || exit 0
# What comes back is the host's own, so that nothing is written down of it.
review() {
  for_it=$(plan_removes /dev/null)
  [ -z "$for_it" ] || refuse ${`to bring back ${restore.join(", ")}, apt would remove `}"$for_it" 'Do one or the other by hand.'
}
bring ${restore}`,
    ]),
};

/** `aptget` never asks; `quiet` shows the end of what a command said only when it failed. */
const aptFunctions = sh`
export LC_ALL=C DEBIAN_FRONTEND=noninteractive UCF_FORCE_CONFFOLD=1 NEEDRESTART_SUSPEND=1 \\
  APT_LISTCHANGES_FRONTEND=none
umask 022
aptget() {
  apt-get -q -y -o DPkg::Lock::Timeout=120 -o Dpkg::Options::=--force-confold -o Dpkg::Use-Pty=0 \\
    -o APT::Install-Recommends=false -o APT::Keep-Downloaded-Packages=false \\
    -o APT::Update::Error-Mode=any -o Acquire::Retries=3 "$@" </dev/null
}
quiet() {
  "$@" >"$log" 2>&1 && return
  status=$?
  tail -n 30 "$log" >&2
  return $status
}
update_lists() {
  tries=0
  until aptget update >"$log" 2>&1; do
    tries=$((tries + 1))
    if [ $tries = 12 ] || ! grep -q 'Could not get lock' "$log"; then tail -n 20 "$log" >&2; return 1; fi
    sleep 10
  done
  updated=yes
}
fresh_lists() {
  [ -n "$updated" ] ||
    find /var/lib/apt/lists -maxdepth 1 -name '*_Packages*' -cmin -1440 2>/dev/null | grep -q .
}
along=
plan() { aptget -s --allow-downgrades install "$@" >"$plan" 2>"$log"; }
# What the plan would remove, but for what is listed in $1.
plan_removes() { awk '$1 == "Remv" { print $2 }' "$plan" | sort -u | comm -23 - "$1" | tr '\\n' ' '; }
# With what is to come along, where that is in nobody's way; the set that it is for says what is.
plan_together() {
  [ -n "$along" ] && plan "$@" $along && [ -z "$(plan_removes "$t/remove")" ] && return
  along=
  plan "$@"
}
# Does what a plan says, once \`review\` has let it pass. A package that the mirror no longer has is known
# only to old lists; by new ones it is another plan, which has to pass as well.
bring() {
  if plan_together "$@"; then
    review || return
    quiet aptget --allow-downgrades install "$@" $along 2>"$t/said" && return
    account || return
    [ -z "$along" ] || { along=; bring "$@"; return; }
  else
    tail -n 20 "$log" >"$t/said"
  fi
  [ -z "$updated" ] && update_lists && { bring "$@"; return; }
  cat "$t/said" >&2
  return 1
}
refuse() { printf '%s\\n' "$@" >&2; exit 1; }`;

const healing = sh`
set_name=
open_ledger || exit
tries=0
until dpkg --force-confold --configure -a >"$log" 2>&1 </dev/null; do
  tries=$((tries + 1))
  if [ $tries = 24 ] || ! grep -q 'locked by another process' "$log"; then break; fi
  sleep 5
done
broken=$(dpkg-query -W -f='\${db:Status-Abbrev}|\${Package}\\n' | sed -n 's/^..R|//p')
fresh_lists || update_lists || exit
aptget -s -f install $broken >"$plan" 2>"$log" || { tail -n 20 "$log" >&2; exit 1; }
ours >"$t/ours"
not_ours=$(plan_removes "$t/ours")
[ -z "$not_ours" ] || refuse "to repair this host, apt would remove $not_ours- do it by hand: apt-get -f install"
write_ahead "$plan" || exit
if [ -z "$broken" ]; then quiet aptget -f install; else quiet aptget --reinstall install $broken; fi
status=$?
account || exit
exit $status`;

/** Asks apt what it would do, refuses what takes along others, writes down what will come, does it. */
function settling(set: string, edits: Edits): Script {
  const specs = edits.install.map(({ name, version }) =>
    version === undefined ? name : `${name}=${version}`,
  );
  return sh`
set_name=${set}
open_ledger && finish_purge || exit
printf '%s\\n' ${edits.needs} | sed '/^$/d' >"$t/needs"
# Another set may have brought it since this one was looked at.
installed >"$t/installed"
not_there() { printf '%s\\n' "$@" | sed '/^$/d' | sort -u | comm -23 - "$t/installed" | tr '\\n' ' '; }
set -- $(not_there ${specs})
along=$(not_there $announced | tr ' ' '\\n' | grep -v '^-' | tr '\\n' ' ')
# What is not noted yet would look to apt as if nobody needed it.
[ ${edits.letGo.length} = 0 ] || along=
for name in ${edits.remove}; do
  by=$(cd "$ledger/sets" && grep -lx -e "$name" -- * 2>/dev/null | tr '\\n' ' ')
  [ -z "$by" ] || refuse "$name cannot go: it is noted as needed by the set $by"
  set -- "$@" "$name-"
done
if [ $# != 0 ]; then
  fresh_lists || update_lists || exit
  printf '%s\\n' ${edits.remove} | sort >"$t/remove"
  review() {
    lost=$(plan_removes "$t/remove")
    [ -z "$lost" ] || refuse "apt would also remove $lost" \\
      'If that is wanted, declare it "absent" in the same set.'
    # The sets that it is for have not noted it yet, and it must not look as if nobody wanted it.
    printf '%s\\n' $along | sed '/^$/d' >"$t/along"
    sort -u "$t/along" "$t/needs" "$ledger/asked" >"$t/sorted" || return
    mv "$t/sorted" "$ledger/asked" || return
    write_ahead "$plan"
  }
  bring "$@"
  status=$?
  account || exit
  [ $status = 0 ] || exit $status
fi
note_needs || exit
let_go ${edits.letGo}`;
}

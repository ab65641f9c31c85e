import { createHash } from "node:crypto";
import { type Script, sh } from "../sh.ts";
import { guards } from "../transport/guard.ts";
import { type ChainImage, type ChainPlace, wordOf } from "./image.ts";

// What the names of all our guards begin with.
const guardWord = "iptables-";
const folder = "/etc/quintet/iptables";
const restoreProgram = `${folder}/restore`;
const unitName = "quintet-iptables.service";
const unitFile = `/etc/systemd/system/${unitName}`;
const wanted = `/etc/systemd/system/multi-user.target.wants/${unitName}`;

/** The file from which one chain is restored at boot. Its name says which family it is for. */
export function ruleFile(place: ChainPlace): string {
  return `${folder}/${wordOf(place)}.rules`;
}

/** What an edit's guard is named after. */
export function guardName(place: ChainPlace): string {
  return `${guardWord}${wordOf(place)}`;
}

/** Used at boot and at once: what is tried when it is written is what happens at boot. */
const restoreText = `#!/bin/sh
# Puts chains of our own in place, each in one step: what such a chain held goes, what others own
# stays, and afterwards there is exactly one jump to it. Without an argument: every chain in this folder.
PATH=/usr/sbin:/usr/bin:/sbin:/bin
[ $# -gt 0 ] || set -- ${folder}/*.rules
failed=0
for file; do
  [ -e "$file" ] || continue
  case \${file##*/} in ipv6-*) tool=ip6tables ;; *) tool=iptables ;; esac
  command -v $tool-restore >/dev/null || { echo "$tool is not installed" >&2; failed=1; continue; }
  table=$(sed -n 's/^\\*//p' "$file")
  chain=$(sed -n 's/^:\\([^ ]*\\).*/\\1/p' "$file")
  jump=$(grep -e "^-[AI] .*-j $chain\\$" "$file")
  # Old versions know no lock to wait for.
  wait=--wait=30
  $tool-restore --noflush --test $wait </dev/null >/dev/null 2>&1 || wait=
  # Somebody else may edit the table between our look and our edit: then nothing is changed, and we look anew.
  for try in 1 2 3 none; do
    [ $try != none ] || { failed=1; break; }
    there=$($tool-save -t "$table" | sed 's/ *$//' | grep -e "^-A .*-[jg] $chain\\$")
    {
      echo "*$table"
      if [ "$there" = "$jump" ]; then sed 1d "$file" | grep -vxF -e "$jump"
      else printf '%s\\n' "$there" | sed -n 's/^-A /-D /p'; sed 1d "$file"; fi
    } | $tool-restore --noflush $wait && break
    sleep 1
  done
done
exit $failed
`;

// After those that load whole tables at boot and flush what they find; before any network is up.
const unitText = `[Unit]
Description=Chains of iptables that Quintet keeps
DefaultDependencies=no
Wants=network-pre.target
After=local-fs.target systemd-modules-load.service netfilter-persistent.service nftables.service iptables.service ip6tables.service
Before=network-pre.target shutdown.target
Conflicts=shutdown.target

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/sh ${restoreProgram}

[Install]
WantedBy=multi-user.target
`;

/** The file's text: one chain, its rules in order, and the jump to it. */
export function ruleFileText(place: ChainPlace, rules: readonly string[], first: boolean): string {
  const { table, chain, from } = place;
  const jump = first ? `-I ${from} 1 -j ${chain}` : `-A ${from} -j ${chain}`;
  const own = rules.map((rule) => `-A ${chain} ${rule}`);
  return [`*${table}`, `:${chain} - [0:0]`, ...own, jump, "COMMIT", ""].join("\n");
}

/**
 * Prints the sums of what brings chains back at boot: of the unit's two files, and of the files of the
 * chains whose words are the arguments. OpenSSL takes three times as long to load as b2sum does to run.
 */
export const sumFiles: Script = sh`
for chain; do set -- "$@" ${folder}/"$chain".rules; shift; done
b2sum -- ${[restoreProgram, unitFile]} "$@" 2>/dev/null
true`;

/** Prints, of what was summed and is in `$sums`, what concerns the chain, and whether the unit is asked for at boot. */
export function lookAtBoot(place: ChainPlace): Script {
  return sh`
for file in ${[restoreProgram, unitFile, ruleFile(place)]}; do
  if [ ! -e "$file" ]; then echo 'sum none'; continue; fi
  sum=
  for line in $sums; do
    [ "\${line#*  }" != "$file" ] || sum=$line
  done
  [ -n "$sum" ] || sum=$(b2sum <"$file")
  printf 'sum %s\\n' "\${sum%% *}"
done
if [ -e ${wanted} ]; then echo 'unit enabled'; fi`;
}

/** Reads what `lookAtBoot` printed: the sum of the chain's file, and "enabled", or what is wrong with the unit. */
export function bootOf(stdout: string): Pick<ChainImage, "file" | "unit"> {
  const [program, unit, rules] = [...stdout.matchAll(/^sum (.*)$/gm)].map((match) => match[1]);
  const file = rules === "none" ? undefined : rules;
  if (program === "none" || unit === "none") return { file, unit: "its unit is absent" };
  if (program !== sumOf(restoreText) || unit !== sumOf(unitText)) {
    return { file, unit: "its unit was changed" };
  }
  return { file, unit: /^unit enabled$/m.test(stdout) ? "enabled" : "its unit is disabled" };
}

/** Prints whether an edit of the chain waits to be confirmed. */
export function lookAtGuard(place: ChainPlace): Script {
  return sh`for guard in ${guards(`${guardName(place)}.`)}; do [ ! -e "$guard" ] || echo 'edit armed'; done`;
}

/** Reads what `lookAtGuard` printed. */
export function editState(stdout: string): string {
  return /^edit armed$/m.test(stdout) ? "not confirmed" : "confirmed";
}

/** The sum of a file with that text, as `lookAtBoot` prints it. */
export function sumOf(text: string): string {
  return createHash("blake2b512").update(text).digest("hex");
}

/** Writes the chain's file, puts it in place now, and only if that worked, for boot as well. */
export function install(place: ChainPlace, text: string): Script {
  const file = ruleFile(place);
  return sh`umask 022
mkdir -p ${folder} || exit
printf %s ${text} >${`${file}.new`} && printf %s ${restoreText} >${`${restoreProgram}.new`} &&
  chmod 755 ${`${restoreProgram}.new`} && mv ${`${restoreProgram}.new`} ${restoreProgram} || exit
sh ${restoreProgram} ${`${file}.new`} || { rm -f ${`${file}.new`}; exit 1; }
mv ${`${file}.new`} ${file} && printf %s ${unitText} >${`${unitFile}.new`} &&
  mv ${`${unitFile}.new`} ${unitFile} && systemctl enable ${unitName}`;
}

/** Takes the unit away with the last file, unless a guard may still bring one back. */
export const leaveIfLast: Script = sh`
for file in ${folder}/*.rules ${guards(guardWord)}; do [ ! -e "$file" ] || exit 0; done
if [ -e ${unitFile} ]; then systemctl disable ${unitName}; fi
rm -f ${unitFile} ${`${unitFile}.new`} ${restoreProgram} ${`${restoreProgram}.new`} ${folder}/*.new
if [ -d ${folder} ]; then rmdir ${folder} && { rmdir ${"/etc/quintet"} 2>/dev/null || true; }; fi || exit
if [ -d /run/systemd/system ]; then systemctl stop ${unitName} 2>/dev/null; systemctl daemon-reload; fi
true`;

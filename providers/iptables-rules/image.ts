import { dirname } from "node:path";
import { type Script, sh } from "../sh.ts";
import { wordsOf } from "./rule.ts";

/** Where the chain is: one table of one family, with a jump to it from a chain of iptables' own. */
export interface ChainPlace {
  readonly family: "ipv4" | "ipv6";
  readonly table: string;
  readonly chain: string;
  readonly from: string;
}

/** What was seen of one chain. */
export interface ChainImage {
  /** Whether the chain exists. */
  readonly chain: boolean;
  /** Its rules, as iptables-save prints them, without `-A chain`. */
  readonly rules: readonly string[];
  /** The jumps to it from anywhere in the table. */
  readonly jumps: readonly {
    readonly from: string;
    /** Its number in that chain. */
    readonly at: number;
    /** How many rules before it can decide about a packet by themselves. */
    readonly deciders: number;
    /** Whether it takes every packet. */
    readonly plain: boolean;
  }[];
  /** The sum of the file that is restored at boot; undefined where there is none. */
  readonly file: string | undefined;
  /** What brings it back at boot: "enabled", or what is wrong with it. */
  readonly unit: string;
}

/** The program's name stem: `iptables` or `ip6tables`. */
export function program({ family }: ChainPlace): string {
  return family === "ipv6" ? "ip6tables" : "iptables";
}

/** A chain among all of a host, as a word: "ipv4-nat-quintet-nat". Only its last part may hold a dash. */
export function wordOf({ family, table, chain }: ChainPlace): string {
  return `${family}-${table}-${chain}`;
}

// A rule that ends with `-j NAME` of a chain that others made (policy "-") sends packets on and may get
// them back; any other rule decides.
const pickOurs = `
BEGIN { for (i = 1; i < ARGC; i++) asked[ARGV[i]]; ARGC = 1 }
$1 == "family" { family = $2 "-" }
/^\\*/ { table = family substr($1, 2) "-"; split("", made); split("", place); split("", deciders) }
/^:/ {
  name = substr($1, 2)
  if ($2 == "-") made[name]
  if ((table name) in asked) print table name " chain"
}
/^-A / {
  own = table $2
  to = table $NF
  place[$2]++
  if (own in asked) print own " rule " $0
  if (to != own && to in asked && $(NF - 1) ~ /^-[jg]$/) print to " jump " place[$2] " " deciders[$2] + 0 " " $0
  if (!($(NF - 1) == "-j" && $NF in made)) deciders[$2]++
}
END { for (word in asked) print word " end" }`;

/**
 * Prints what concerns the chains whose words are the arguments, in lines that begin with the chain's
 * word and another for what they are; a chain's last one is `end`. It reads everything of a family at
 * once and takes no lock. Where iptables is not installed, there is no chain.
 */
export const lookAtChains: Script = sh`line_end='
'
saved=
for family in ipv4 ipv6; do
  only=
  for chain; do
    case $chain in $family-*) ;; *) continue ;; esac
    table=\${chain#*-}
    table=\${table%%-*}
    case $only in '' | $table) only=$table ;; *) only=none ;; esac
  done
  case $family in ipv4) save=iptables-save ;; *) save=ip6tables-save ;; esac
  if [ -z "$only" ] || ! command -v $save >/dev/null; then continue; fi
  [ $only = none ] || save="$save -t $only"
  saved="$saved\${line_end}family $family$line_end$($save)" || exit
done
printf '%s\\n' "$saved" | awk ${pickOurs} "$@" || exit`;

/**
 * Prints the chain's own lines of the look at all chains, which is in `$shared`, without its word. What
 * of the look is of no chain is in `$sums` then; words are parted at line ends, and no names are expanded.
 */
export function takeOwn(place: ChainPlace): Script {
  return sh`chain=${wordOf(place)} line_end='
'
told= sums=
IFS=$line_end
set -f
for line in $shared; do
  case $line in
    "$chain end") told=yes ;;
    "$chain "*) printf '%s\\n' "\${line#* }" ;;
    ipv[46]-*) ;;
    *) sums=$sums$line$line_end ;;
  esac
done
[ -n "$told" ] || { echo "iptables-save says nothing of $chain" >&2; exit 1; }`;
}

/** Prints a chain as it is now, with the file that is restored at boot, for `putBackImage`. */
export function look(place: ChainPlace, ruleFile: string): Script {
  return sh`(
shared=$(set -- ${wordOf(place)}; ${lookAtChains}) || exit
${takeOwn(place)}
) || exit
if [ -e ${ruleFile} ]; then sed 's/^/file /' ${ruleFile}; fi`;
}

/** Reads what `takeOwn` printed, and `lookAtBoot`. */
export function imageOf(stdout: string, boot: Pick<ChainImage, "file" | "unit">): ChainImage {
  const all = stdout.split("\n");
  const after = (word: string) =>
    all.filter((line) => line.startsWith(`${word} `)).map((line) => line.slice(word.length + 1));
  return {
    chain: all.includes("chain"),
    rules: after("rule").map((rule) => rule.replace(/^-A \S+ ?/, "").trim()),
    jumps: after("jump").map((jump) => {
      const [at, deciders, , from = "", ...rest] = wordsOf(jump);
      return { from, at: Number(at), deciders: Number(deciders), plain: rest.length === 2 };
    }),
    ...boot,
  };
}

/**
 * Brings back what `look` printed into a file: chain and jumps at their places, then the file for boot.
 * What is live comes first, and neither waits for the other: somebody may be shut out.
 */
export function putBackImage(place: ChainPlace, ruleFile: string, image: Script): Script {
  const tool = program(place);
  const { chain, table } = place;
  return sh`image=${image}
[ -e "$image" ] || exit 0
status=0
if command -v ${tool}-restore >/dev/null; then
  saved=$(${tool}-save -t ${table})
  wait=--wait=30
  ${tool}-restore --noflush --test $wait </dev/null >/dev/null 2>&1 || wait=
  {
    echo ${`*${table}`}
    printf '%s\\n' "$saved" | sed -n ${`s/^-A \\(.*-[jg] ${chain}\\) *$/-D \\1/p`}
    if grep -qx chain "$image"; then
      echo ${`:${chain} - [0:0]`}
      sed -n 's/^rule //p' "$image"
      sed -n 's/^jump \\([0-9]*\\) [0-9]* -A \\([^ ]*\\) \\(.*\\)/-I \\2 \\1 \\3/p' "$image"
    elif printf '%s\\n' "$saved" | grep -q ${`^:${chain} `}; then
      printf '%s\\n' ${`-F ${chain}`} ${`-X ${chain}`}
    fi
    echo COMMIT
  } | ${tool}-restore --noflush $wait || status=1
fi
if ! grep -q '^file ' "$image"; then rm -f ${ruleFile} ${`${ruleFile}.new`}; exit $status; fi
mkdir -p ${dirname(ruleFile)} && sed -n 's/^file //p' "$image" >${`${ruleFile}.new`} &&
  mv ${`${ruleFile}.new`} ${ruleFile} || status=1
exit $status`;
}

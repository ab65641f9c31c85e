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
  /** The file that is restored at boot; undefined where there is none. */
  readonly file: string | undefined;
  /** What brings it back at boot: "enabled", or what is wrong with it. */
  readonly unit: string;
}

/** The program's name stem: `iptables` or `ip6tables`. */
export function program({ family }: ChainPlace): string {
  return family === "ipv6" ? "ip6tables" : "iptables";
}

/**
 * Prints what concerns our chain, in lines that begin with a word for what they are. It reads
 * everything at once and takes no lock. Where iptables is not installed, there is no chain.
 */
export function look(place: ChainPlace, ruleFile: string): Script {
  const save = `${program(place)}-save`;
  return sh`if command -v ${save} >/dev/null; then
  saved=$(${save} -t ${place.table}) || exit
  printf '%s\\n' "$saved" | awk -v chain=${place.chain} ${pickOurs} || exit
fi
if [ -e ${ruleFile} ]; then sed 's/^/file /' ${ruleFile}; fi`;
}

// A rule that ends with `-j NAME` of a chain that others made (policy "-") sends packets on and may get
// them back; any other rule decides.
const pickOurs = `
/^:/ { if ($2 == "-") made[substr($1, 2)] = 1; if ($1 == ":" chain) print "chain" }
/^-A / {
  place[$2]++
  if ($2 == chain) { print "rule " $0; next }
  if ($NF == chain && $(NF - 1) ~ /^-[jg]$/) print "jump " place[$2] " " deciders[$2] + 0 " " $0
  else if (!($(NF - 1) == "-j" && $NF in made)) deciders[$2]++
}`;

/** Reads what `look` printed. */
export function imageOf(stdout: string, unit: string): ChainImage {
  const all = stdout.split("\n");
  const after = (word: string) =>
    all.filter((line) => line.startsWith(`${word} `)).map((line) => line.slice(word.length + 1));
  const file = after("file");
  return {
    chain: all.includes("chain"),
    rules: after("rule").map((rule) => rule.replace(/^-A \S+ ?/, "").trim()),
    jumps: after("jump").map((jump) => {
      const [at, deciders, , from = "", ...rest] = wordsOf(jump);
      return { from, at: Number(at), deciders: Number(deciders), plain: rest.length === 2 };
    }),
    file: file.length > 0 ? file.map((line) => `${line}\n`).join("") : undefined,
    unit,
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

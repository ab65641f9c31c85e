import { sh } from "../../providers/sh.ts";
import type { Expected } from "./expected.ts";
import { count, type Finding, of, together, type Verdict } from "./finding.ts";
import { type Answers, type Look, parts } from "./look.ts";

const most = 64;

const listOf = (brick: string) => `${brick}/.glusterfs/indices/xattrop`;

/**
 * What is still to be healed, read from each brick's own list of it: asking Gluster would take the
 * cluster's locks. Beside the count, for the first few: which copies each brick holds to be behind.
 */
export const heals: Look = {
  name: "heals",
  seconds: 20,

  script: ({ brick }, { site }) =>
    brick === undefined
      ? undefined
      : sh`
cd ${listOf(brick)} 2>/dev/null && list=$(ls -U) || exit 0
list=$(printf '%s' "$list" | grep -v '^xattrop-')
printf 'pending %s\\n' "$(printf '%s' "$list" | grep -c '')"
for file in $(printf '%s\\n' "$list" | sort | head -n ${most}); do
  echo "file $file"
  rest=\${file#??}
  getfattr -d -e hex -m ${`^trusted[.]afr[.]${site.storage.volume}-client-`} --absolute-names -- \\
    "../../\${file%"$rest"}/\${rest%"\${rest#??}"}/$file" 2>/dev/null | grep '^trusted'
done
exit 0`,

  judge: judgeHeals,
};

function judgeHeals(answers: Answers, cloud: Expected): Verdict {
  const { volume } = cloud.site.storage;
  const pending = [...answers].map(([host, stdout]) => {
    const read = /^pending (\d+)$/m.exec(stdout)?.[1];
    // A brick's process makes the list as it starts: without one, nobody knows what is behind.
    if (read === undefined) {
      const found = `the list of what ${volume} has to heal cannot be read`;
      const { brick = "" } = cloud.hosts.find(({ name }) => name === host) ?? {};
      return of(host, [{ level: "look", what: "heals", found, command: `ls ${listOf(brick)}` }]);
    }
    const files = Number(read);
    if (files === 0) return of(host, [], "nothing to heal");
    const found = `${count(files, "file")} of ${volume} to heal on the other copies`;
    const command = `gluster volume heal ${volume} info summary`;
    return of(host, [{ level: "look", what: "heals", found, command }]);
  });
  return together([...pending, { findings: disputed(answers, cloud), well: [] }]);
}

/** What a brick's attribute counts, in this order: changes of content, of attributes, of a folder's entries. */
const aspects = ["content", "attributes", "entries"] as const;

/**
 * A copy is behind when another one says so. Where that is said of every copy, two of them are a
 * split-brain; of three and more Gluster picks one by majority, but only when all bricks are online, and
 * until then the file cannot be opened. A brick that did not answer, and says nothing, may be the good one.
 */
function disputed(answers: Answers, { site }: Expected): Finding[] {
  const { bricks, replica, volume } = site.storage;
  const accused = new Map<string, Set<number>>();
  for (const [host, stdout] of answers) {
    const own = bricks.findIndex((brick) => brick.host === host);
    for (const [file, lines] of parts(stdout, "file")) {
      for (const [, index, digits = ""] of lines.matchAll(/-client-(\d+)=0x([0-9a-f]{24})$/gm)) {
        for (const [at, aspect] of aspects.entries()) {
          const changes = Number.parseInt(digits.slice(8 * at, 8 * at + 8), 16);
          if (changes === 0 || Number(index) === own) continue;
          const name = `${file} ${aspect}`;
          accused.set(name, (accused.get(name) ?? new Set()).add(Number(index)));
        }
      }
    }
  }
  return [...accused].flatMap(([name, behind]) => {
    const [file = "", aspect = ""] = name.split(" ");
    const first = Math.floor(Math.min(...behind) / replica) * replica;
    const copies = bricks.slice(first, first + replica);
    if (copies.length === 0 || !copies.every((_, index) => behind.has(first + index))) return [];
    const found =
      replica === 2
        ? `${file} is in split-brain: each copy holds the other's ${aspect} to be behind`
        : `no copy of ${file} is undisputed (${aspect}): Gluster decides once all bricks are online`;
    const command = `gluster volume heal ${volume} info split-brain`;
    return [
      { level: "bad", host: copies[0]?.host ?? "", what: `volume ${volume}`, found, command },
    ];
  });
}

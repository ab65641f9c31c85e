import type { Answer } from "../../providers/transport/frames.ts";
import type { Heard } from "./ask.ts";
import { certificates } from "./certificates.ts";
import { judgeClocks, time } from "./clock.ts";
import { disks } from "./disks.ts";
import { asksForAll, type Expected } from "./expected.ts";
import { type Finding, type HostFinding, of, quoted, together, type Verdict } from "./finding.ts";
import { bricks, peers } from "./gluster.ts";
import { heals } from "./heals.ts";
import type { Look } from "./look.ts";
import { memory, runs } from "./machine.ts";
import { mounts } from "./mounts.ts";
import { records } from "./records.ts";
import { services } from "./services.ts";
import { database, queue } from "./shared.ts";
import { units } from "./units.ts";

/** Everything that is looked at, in the order in which a host says what is well. */
export const looks: readonly Look[] = [
  units,
  mounts,
  bricks,
  heals,
  peers,
  disks,
  memory,
  certificates,
  records,
  runs,
  time,
  database,
  queue,
  services,
];

/** What it all comes to, worst first. Pure. */
export function diagnose(heard: ReadonlyMap<string, Heard>, cloud: Expected): Verdict {
  const silent = [...heard].flatMap(([host, one]) =>
    "unreachable" in one ? [of(host, [unreachable(host, one.unreachable, cloud)])] : [],
  );
  const stamps = [...heard].flatMap(([host, one]) =>
    "stamps" in one && one.stamps ? [[host, one.stamps] as const] : [],
  );
  const { findings, well } = together([
    ...silent,
    ...looks.map((look) => judged(look, heard, cloud)),
    judgeClocks(new Map(stamps)),
  ]);
  return { findings: [...findings].sort(worstFirst), well };
}

function unreachable(host: string, reason: string, cloud: Expected): HostFinding {
  const more = asksForAll(host, cloud) ? "; nor could services, queue and database be asked" : "";
  return { level: "bad", what: "unreachable", found: `${quoted(reason)}${more}` };
}

function judged(look: Look, heard: ReadonlyMap<string, Heard>, cloud: Expected): Verdict {
  const answers = new Map<string, string>();
  const failed: Verdict[] = [];
  for (const host of cloud.hosts) {
    const one = heard.get(host.name);
    if (one === undefined || "unreachable" in one) continue;
    if (look.script(host, cloud) === undefined) continue;
    const answer = one.answers.get(look.name);
    if (answer?.status === 0) answers.set(host.name, answer.stdout);
    else failed.push(of(host.name, [notSeen(look, answer)]));
  }
  return together([...failed, look.judge(answers, cloud)]);
}

// The statuses with which timeout(1) ends.
const late = [124, 137];

/** What could not be looked at is not well: nobody knows. */
function notSeen({ name, seconds }: Look, answer: Answer | undefined): HostFinding {
  const at = { level: "bad", what: name } as const;
  if (answer === undefined) return { ...at, found: "could not be looked at: the host broke off" };
  if (late.includes(answer.status)) {
    return { ...at, found: `could not be looked at within ${seconds} s` };
  }
  return { ...at, found: `could not be looked at (${answer.status}): ${quoted(answer.stderr)}` };
}

function worstFirst(one: Finding, other: Finding): number {
  const rank = ({ level, what }: Finding) =>
    (level === "bad" ? 0 : 2) + (what === "unreachable" ? 0 : 1);
  return rank(one) - rank(other);
}

import { lookAtBrick, seenIn } from "../../providers/brick/scripts.ts";
import { brick } from "../../providers/brick.ts";
import { Unseen } from "../../providers/errors.ts";
import { glusterLog } from "../../providers/gluster/log.ts";
import { glusterPeers } from "../../providers/gluster-peers.ts";
import { lines, sh } from "../../providers/sh.ts";
import type { Expected } from "./expected.ts";
import { type HostFinding, of, together, type Verdict } from "./finding.ts";
import { type Answers, type Look, onEach } from "./look.ts";

/** The brick: its own, known to the daemon, its process alive, and somebody there to heal it. */
export const bricks = onEach({
  name: "brick",
  seconds: 15,

  script: ({ brick: path }, { site }) =>
    path === undefined
      ? undefined
      : lines([
          sh`if grep -qszxF -e ${`shd/${site.storage.volume}`} /proc/[0-9]*/cmdline; then echo healer; fi`,
          lookAtBrick(path),
        ]),

  judge(stdout, { name, brick: path = "" }, { site }) {
    const { volume } = site.storage;
    const what = `brick ${path}`;
    const findings: HostFinding[] = brickWrong(stdout, path, volume).map((found) => ({
      level: "bad",
      what,
      found,
      command: `tail -n 50 ${glusterLog(path, "bricks/")}`,
    }));
    if (!/^healer$/m.test(stdout)) {
      const command = "tail -n 50 /var/log/glusterfs/glustershd.log";
      findings.push({ level: "bad", what: "self-heal daemon", found: "does not run", command });
    }
    return of(name, findings, findings.length === 0 ? "brick online" : undefined);
  },
});

function brickWrong(stdout: string, path: string, volume: string): string[] {
  try {
    const seen = brick.parse(stdout, { path, volume }, undefined);
    if (!seen) return ["there is no such folder"];
    const found = seen.content === "its own" ? [] : [`holds ${seen.content}`];
    if (seen.process === "gone") found.push("offline: its process is gone");
    if (seenIn(stdout).listed === undefined)
      found.push(`its host does not know it as one of ${volume}`);
    return found;
  } catch (error) {
    if (!(error instanceof Unseen)) throw error;
    return [error.message];
  }
}

/** Who is connected to whom, from every side. */
export const peers: Look = {
  name: "peers",
  seconds: 20,
  script: () => glusterPeers.probe(),
  judge: judgePeers,
};

function judgePeers(answers: Answers, cloud: Expected): Verdict {
  const members = cloud.hosts.map(({ name }) => name);
  const broken: Broken[] = [];
  for (const [viewer, stdout] of answers) {
    const view = glusterPeers.parse(stdout) ?? {};
    for (const peer of members) {
      if (peer === viewer || view[peer] === "connected") continue;
      broken.push({ viewer, peer, how: view[peer] ?? "no member" });
    }
  }
  const findings = blamed(broken).map((one) => ({
    level: "bad" as const,
    what: "gluster peer",
    command: "gluster peer status",
    ...one,
  }));
  const apart = new Set(broken.flatMap(({ viewer, peer }) => [viewer, peer]));
  const well = [...answers.keys()].filter((host) => !apart.has(host));
  return together([{ findings, well: [] }, ...well.map((host) => of(host, [], "peers connected"))]);
}

interface Broken {
  readonly viewer: string;
  readonly peer: string;
  readonly how: string;
}

/**
 * One that has lost four others is one finding and not four: whoever stands out most is named first, and
 * of two that have lost each other the one that somebody else speaks of.
 */
function blamed(broken: readonly Broken[]): { host: string; found: string }[] {
  const others = new Map<string, Set<string>>();
  for (const { viewer, peer } of broken) {
    others.set(peer, (others.get(peer) ?? new Set()).add(viewer));
  }
  for (const { viewer, peer } of broken) {
    others.set(viewer, (others.get(viewer) ?? new Set()).add(peer));
  }
  const [worst] = [...others].sort(([, one], [, other]) => other.size - one.size);
  if (!worst) return [];
  const [host, lost] = worst;
  const hows = broken.filter(({ peer }) => peer === host).map(({ how }) => how);
  const how = [...new Set(hows.length > 0 ? hows : ["disconnected"])].join(", ");
  return [
    { host, found: `${how}: ${[...lost].sort().join(", ")}` },
    ...blamed(broken.filter(({ viewer, peer }) => viewer !== host && peer !== host)),
  ];
}

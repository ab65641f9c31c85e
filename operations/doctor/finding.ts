/** "bad" is broken now; "look" is odd, or will be broken before long. */
export type Level = "bad" | "look";

/** One thing that is not well. */
export interface Finding {
  readonly level: Level;
  readonly host: string;
  /** A unit, a disk, a brick, as the operator calls it. */
  readonly what: string;
  readonly found: string;
  /** The command that shows more when it is run on that host; without one, whoever logs in sees. */
  readonly command?: string;
}

/** The same, where it is clear which host is meant. */
export type HostFinding = Omit<Finding, "host">;

/** In a few words, what is well on a host: "14 units". */
export interface Well {
  readonly host: string;
  readonly words: string;
}

/** What a look comes to. */
export interface Verdict {
  readonly findings: readonly Finding[];
  readonly well: readonly Well[];
}

/** The one that runs this, where it is the odd one out. */
export const thisMachine = "this machine";

/** Several verdicts as one. */
export function together(verdicts: readonly Verdict[]): Verdict {
  return {
    findings: verdicts.flatMap(({ findings }) => findings),
    well: verdicts.flatMap(({ well }) => well),
  };
}

/** What one host has to say: findings without its name, and a few words if there is something well. */
export function of(
  host: string,
  findings: readonly HostFinding[],
  well?: string | undefined,
): Verdict {
  return {
    findings: findings.map((finding) => ({ host, ...finding })),
    well: well === undefined ? [] : [{ host, words: well }],
  };
}

export function count(number: number, noun: string, plural = `${noun}s`): string {
  return `${grouped(number)} ${number === 1 ? noun : plural}`;
}

/** "3 612", and not "3612". */
function grouped(number: number): string {
  return String(number).replaceAll(/\B(?=(\d{3})+$)/g, " ");
}

/** A span as one would say it: "40 s", "12 minutes", "3 days". */
export function span(seconds: number): string {
  if (seconds < 120) return `${Math.round(seconds)} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} minutes`;
  if (seconds < 172_800) return `${Math.round(seconds / 3600)} hours`;
  return count(Math.floor(seconds / 86_400), "day");
}

const longest = 160;

/**
 * A host's own words as they may be shown: on one line, unable to move the cursor, and without the
 * account and password that an address or a setting in them may hold.
 */
export function quoted(text: string): string {
  const plain = text
    .replaceAll(/\s+/g, " ")
    .replaceAll(/\p{Cc}/gu, "\u{fffd}")
    .replaceAll(/:\/\/\S*@/g, "://…@")
    .replaceAll(/\b([\w-]*(?:password|secret|token)[\w-]*["']?\s*[=:]\s*)\S+/gi, "$1…")
    .trim();
  return plain.length <= longest ? plain : `${plain.slice(0, longest - 1)}…`;
}

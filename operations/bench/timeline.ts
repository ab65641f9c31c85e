/** A line of the CLI's own display, with the moment at which it came. */
export interface Said {
  readonly second: number;
  readonly line: string;
}

/** What an `up` spent its time on; in this order, when several went on at once. */
export const shares = ["packages", "Gluster", "the rest", "engine"] as const;
export type Share = (typeof shares)[number];

const shareOf: Readonly<Record<string, Share>> = {
  Packages: "packages",
  Brick: "Gluster",
  GlusterPeers: "Gluster",
  GlusterVolume: "Gluster",
  Mount: "Gluster",
};

const row =
  /^\s*[+~-]+\s+pulumi-nodejs:dynamic\/\w+:(\w+) (.+) (creating|created|updating|updated) /;

/**
 * Gives every moment of an `up` to one share: what is under way, the weightiest first, or the engine when
 * no promise is. Promises overlap, so the sum of their durations would be more than the time that passed.
 */
export function timeShares(said: readonly Said[], end: number): Record<Share, number> {
  const spent: Record<Share, number> = { packages: 0, Gluster: 0, "the rest": 0, engine: 0 };
  const underWay = new Map<string, Share>();
  let since = 0;
  for (const { second, line } of said) {
    const [, kind = "", name = "", word] = row.exec(line) ?? [];
    if (word === undefined) continue;
    spent[weightiest(underWay)] += second - since;
    since = second;
    const promise = `${kind} ${name}`;
    if (word.endsWith("ing")) underWay.set(promise, shareOf[kind] ?? "the rest");
    else underWay.delete(promise);
  }
  spent[weightiest(underWay)] += end - since;
  return spent;
}

function weightiest(underWay: ReadonlyMap<string, Share>): Share {
  const all = new Set(underWay.values());
  return shares.find((share) => all.has(share)) ?? "engine";
}

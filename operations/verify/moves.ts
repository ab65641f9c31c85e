import { bootId, type Guest, Unready, until } from "./guest.ts";
import type { Found, Guests } from "./steps.ts";
import { listening, pinging } from "./watch.ts";
import { NotSo } from "./ways.ts";

/** The longest time without an answer that a move may cost, in seconds. */
const longest = 2;
/** How long one may take, in seconds. */
const patience = 300;

/** To every other host and back to the first. */
export async function movesLive(
  { ways, first, profile }: Guests,
  say: (line: string) => void,
): Promise<Found> {
  const { site, admin } = ways;
  const start = await first.host();
  const others = site.computes.map(({ name }) => name).filter((name) => !site.down.has(name));
  const way = [...others.filter((name) => name !== start), start];
  const before = await first.says(bootId);
  const gaps: number[] = [];
  for (const host of way) {
    const from = await first.host();
    await using watch = await pinging(ways, first.address);
    const { memoryPorts } = profile.hypervisor.migration;
    await using ears = await listening(ways, host, profile.bridge.name, memoryPorts);
    await admin.send("move a guest", "POST", "compute", `/v2.1/servers/${first.id}/action`, {
      "os-migrateLive": { host, block_migration: "auto" },
    });
    await arrived(first, host);
    const [{ gap, answers }, heard] = [await watch.end(), await ears.end()];
    gaps.push(gap);
    const wire = heard.split("\n").filter((line) => line.startsWith("to "));
    say(
      `${from} to ${host}: longest gap ${gap.toFixed(2)} s of ${answers} pings; ${wire.join(", ")}`,
    );
    judge(host, gap, wire);
  }
  if ((await first.says(bootId)) !== before) throw new NotSo(`${first.name} was booted anew`);
  return `${way.length} moves, longest gap ${Math.max(...gaps).toFixed(2)} s, same boot, over TLS`;
}

function judge(host: string, gap: number, wire: readonly string[]): void {
  if (wire.length === 0) {
    throw new NotSo(`nobody heard the guest's memory on its way to ${host}`);
  }
  if (wire.some((line) => !line.endsWith(" tls"))) {
    throw new NotSo(`the guest's memory went to ${host} for all to read: ${wire.join(", ")}`);
  }
  if (gap > longest) throw new NotSo(`no answer for ${gap.toFixed(2)} s on the way to ${host}`);
}

async function arrived(guest: Guest, host: string): Promise<void> {
  await until(`${guest.name} is on ${host}`, patience, async () => {
    const now = await guest.seen();
    const place = now["OS-EXT-SRV-ATTR:host"];
    const task = now["OS-EXT-STS:task_state"];
    if (now.status === "ERROR") throw new NotSo(`${guest.name} is in ERROR on ${place}`);
    if (place === host && now.status === "ACTIVE" && task === null) return true;
    if (place !== host && now.status === "ACTIVE" && task === null) {
      throw new Unready(`still on ${place}; why stands in nova-compute.log there`);
    }
    throw new Unready(`${now.status} on ${place}, ${task}`);
  });
  // The landing is part of it: what Nova calls done may still be unreachable.
  await guest.answersPing(30);
}

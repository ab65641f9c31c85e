import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import { dirname, join } from "node:path";
import { PassThrough } from "node:stream";
import { reachAhead } from "../../providers/reach.ts";
import type { Scouting } from "../../providers/scouting.ts";
import type { Told } from "../../providers/transport/scouted.ts";
import { isAlive } from "./locks.ts";
import { socketOf } from "./settings.ts";

// An engine starts its first provider within seconds; what waits longer is too old to be shown.
const patienceMilliseconds = 30_000;
const watchMilliseconds = 500;

/**
 * Asks hosts and APIs what they were asked in the last run, while the CLI starts and leaves half of the machine
 * idle, and tells it to the first provider that comes. It is for a preview to show; who writes looks
 * again. Ends this process when all is told, and with the run.
 * @param run the process id of the CLI
 */
export async function scout(stack: string, run: number): Promise<void> {
  // Hosts let us in while the rest is loaded.
  reachAhead(stack);
  const told = new PassThrough();
  listen(run, told);
  const { scoutAll } = await import("../../providers/scouting.ts");
  const scoutings = scoutAll(stack);
  say(told, { lists: scoutings.map(({ list }) => list) });
  await Promise.all(scoutings.map((scouting) => tell(scouting, told)));
  told.end();
}

function say(to: PassThrough, told: Told): void {
  to.write(`${JSON.stringify(told)}\n`);
}

function tell({ list, answers, reached }: Scouting, to: PassThrough): Promise<unknown> {
  const arrival = reached.then((error) => {
    say(to, {
      list,
      unreachable: error ? { host: error.host, reason: error.reason, next: error.next } : null,
    });
  });
  const all = answers.map((answer, index) =>
    answer.then(
      (answer) => say(to, { list, index, answer }),
      () => say(to, { list, index }),
    ),
  );
  return Promise.all([arrival, ...all]);
}

/** To whoever comes first, and to nobody else: the socket is gone then. */
function listen(run: number, told: PassThrough): void {
  mkdirSync(dirname(socketOf(run)), { recursive: true });
  clearDead(run);
  const server = createServer((provider) => serve(provider));
  const end = () => {
    rmSync(socketOf(run), { force: true });
    process.exit();
  };
  const waiting = setTimeout(end, patienceMilliseconds);
  const serve = (provider: Socket) => {
    clearTimeout(waiting);
    server.close();
    told.pipe(provider).on("close", end).on("error", end);
  };
  server.listen(socketOf(run));
  setInterval(() => {
    if (!isAlive(run)) end();
  }, watchMilliseconds);
}

/** Also what a dead one of this run's own number has left: in containers they all have the same few. */
function clearDead(own: number): void {
  const folder = dirname(socketOf(own));
  for (const name of readdirSync(folder)) {
    const run = Number(/^scout-(\d+)\.sock$/.exec(name)?.[1]);
    if (run === own || (run && !isAlive(run))) rmSync(join(folder, name), { force: true });
  }
}

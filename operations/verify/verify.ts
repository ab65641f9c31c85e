import { selectProfile } from "../../profiles/profile.ts";
import { ApiRefused, HostUnreachable, ScriptFailed, Unseen } from "../../providers/errors.ts";
import { consoleShows } from "./console.ts";
import { makeGuests, removeGuests } from "./made.ts";
import { movesLive } from "./moves.ts";
import {
  answerPing,
  boot,
  type Found,
  type Guests,
  imageListed,
  knowThemselves,
  letKeyIn,
  portOpensAndCloses,
  reachEachOther,
  reachInternet,
  servicesAlive,
  spoofedDropped,
} from "./steps.ts";
import { NotSo, type Ways, waysTo } from "./ways.ts";

const expected = [NotSo, ApiRefused, HostUnreachable, ScriptFailed, Unseen];

/** Steps that guests are needed for. The first ones are needed by those that follow. */
const firstSteps: readonly Step[] = [
  ["two guests boot", boot],
  ["they get their addresses and answer ping", answerPing],
  ["they let in whoever has the key", letKeyIn],
];
const furtherSteps: readonly Step[] = [
  ["they are told who they are", knowThemselves],
  ["they reach each other", reachEachOther],
  ["they reach the internet by the gateway's address", reachInternet],
  ["a port opens and closes with its rule", portOpensAndCloses],
  ["a source that is not a guest's own is dropped", spoofedDropped],
  ["the console shows what is typed", consoleShows],
  ["one moves live to every other host and back", movesLive],
];
type Step = readonly [string, (guests: Guests, say: (line: string) => void) => Promise<Found>];

interface Row {
  readonly what: string;
  readonly result: "ok" | "FAILED" | "not looked at";
  readonly seconds: number;
  readonly words: string;
}

/**
 * Does what a person would do to see whether a cloud works, as the member wherever the member can, and
 * removes all that it made. Gives the exit status: 0 when every step that was looked at is as it should be.
 * @param logins the text of a clouds.yaml; left out: the stack's own output
 */
export async function verify(stack: string, logins?: string): Promise<number> {
  const ways = await waysTo(stack, logins);
  const rows: Row[] = [];
  const step = async <Result>(what: string, work: () => Promise<Result>): Promise<Result> => {
    const began = Date.now();
    const beat = setInterval(() => say(`  still at it: ${what} (${since(began)} s)`), 8_000);
    try {
      const found = await work();
      const skipped = isSkipped(found) ? found.skipped : undefined;
      const words = skipped ?? (typeof found === "string" ? found : "");
      note(rows, { what, result: skipped === undefined ? "ok" : "not looked at", words }, began);
      return found;
    } catch (error) {
      if (!expected.some((kind) => error instanceof kind)) throw error;
      const words = error instanceof Error ? error.message : String(error);
      note(rows, { what, result: "FAILED", words }, began);
      throw new Failed();
    } finally {
      clearInterval(beat);
    }
  };
  try {
    await all(ways, step);
  } catch (error) {
    if (!(error instanceof Failed)) throw error;
  } finally {
    await ways.close();
  }
  return told(rows);
}

type Run = <Result>(what: string, work: () => Promise<Result>) => Promise<Result>;

async function all(ways: Ways, step: Run): Promise<void> {
  await step("services and agents are alive", () => servicesAlive(ways));
  await step("the member sees the image", () => imageListed(ways));
  const profile = selectProfile(ways.site.profile);
  try {
    let made: Guests | undefined;
    await step("the member asks for two guests", async () => {
      made = await makeGuests(ways, profile);
    });
    if (!made) return;
    const guests = made;
    for (const [what, work] of firstSteps) await step(what, () => work(guests, indented));
    let failed = false;
    for (const [what, work] of furtherSteps) {
      await step(what, () => work(guests, indented)).catch((error: unknown) => {
        if (!(error instanceof Failed)) throw error;
        failed = true;
      });
    }
    if (failed) throw new Failed();
  } finally {
    await step("all of it is removed again", () => removeGuests(ways));
  }
}

class Failed extends Error {}

function isSkipped(found: unknown): found is { readonly skipped: string } {
  return typeof found === "object" && found !== null && "skipped" in found;
}

function note(rows: Row[], row: Omit<Row, "seconds">, began: number): void {
  const seconds = since(began);
  rows.push({ ...row, seconds });
  const { result, what, words } = row;
  say(`  ${result.padEnd(13)} ${String(seconds).padStart(4)} s  ${what}${words && `: ${words}`}`);
}

function told(rows: readonly Row[]): number {
  const count = (result: Row["result"]) => rows.filter((row) => row.result === result).length;
  const [failed, unseen] = [count("FAILED"), count("not looked at")];
  const rest = unseen === 0 ? "" : `, ${unseen} not looked at`;
  say(
    failed === 0
      ? `\nThe cloud works: ${count("ok")} steps${rest}.`
      : `\nThe cloud does not work: ${failed} of ${rows.length} steps failed${rest}.`,
  );
  return failed === 0 ? 0 : 1;
}

const since = (began: number) => Math.round((Date.now() - began) / 1000);
const indented = (line: string) => say(`                        ${line}`);
const say = (line: string) => process.stdout.write(`${line}\n`);

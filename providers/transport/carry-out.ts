import { CutOff, ScriptFailed } from "../errors.ts";
import type { Script } from "../sh.ts";
import type { Outcome } from "./connection.ts";
import { exchange } from "./exchange.ts";
import { type Answer, newMark, type Question, unframe } from "./frames.ts";
import { disarm, guardSeconds } from "./guard.ts";
import type { Pool } from "./pool.ts";
import { failedStep, lockSeconds, type Step, writeProgram } from "./write.ts";

// An edit that was still at work when its guard acts might have the last word.
const guardedSeconds = guardSeconds - 5;

type Ways = Pick<Pool, "client" | "run" | "runOverNew" | "drop">;

/**
 * Runs the steps in order under the host's lock, then asks. The first step that fails ends it, and what
 * comes after a guarded edit waits until a new connection has confirmed that one.
 * @throws ScriptFailed, HostUnreachable, CutOff
 */
export async function carryOut(
  ways: Ways,
  host: string,
  steps: readonly Step[],
  then: readonly Question[],
  announced: readonly string[] = [],
): Promise<Answer[]> {
  const guarded = steps.slice(0, steps.findLastIndex((step) => step.undo) + 1);
  if (guarded.length > 0) await carryOutGuarded(ways, host, guarded);
  const rest = steps.slice(guarded.length);
  if (guarded.length > 0 && rest.length === 0) return exchange(ways, host, then);
  const mark = newMark();
  const program = writeProgram(rest, then, mark, announced);
  const outcome = await ways.run(host, program.text, limitOf([...rest, ...then]));
  endedWell(host, rest, program, mark, outcome);
  const answers = unframe(outcome.stdout, mark);
  if (answers.length === then.length) return answers;
  throw brokeOff(host, rest, program, outcome);
}

async function carryOutGuarded(ways: Ways, host: string, steps: readonly Step[]): Promise<void> {
  const mark = newMark();
  const program = writeProgram(steps, [], mark);
  // Whoever does not let us in before the edit was not shut by it.
  await ways.client(host);
  // The edit may cut off the very connection that makes it: what counts then is a new one.
  const outcome = await ways
    .run(host, program.text, guardedSeconds, guardSeconds)
    .catch(() => undefined);
  // A program that could tell how it ended has not cut us off, and may not even have begun.
  if (outcome) endedWell(host, steps, program, mark, outcome);
  await confirm(ways, host, steps, mark);
}

function limitOf(all: readonly { readonly seconds?: number }[]): number {
  return all.reduce((sum, one) => sum + (one.seconds ?? 120), lockSeconds.plain);
}

function endedWell(
  host: string,
  steps: readonly Step[],
  program: Script,
  mark: string,
  outcome: Outcome,
): void {
  const failed = failedStep(outcome.stdout, mark);
  if (failed) {
    throw new ScriptFailed(
      `${host}: could not ${steps[failed.index]?.why}\n  status ${failed.status}: ${complaint(outcome, program)}`,
    );
  }
  if (outcome.status !== 0) throw brokeOff(host, steps, program, outcome);
}

function brokeOff(host: string, steps: readonly Step[], program: Script, outcome: Outcome) {
  return new ScriptFailed(
    `${host}: broke off (status ${outcome.status ?? "none"}): ${steps.map((step) => step.why).join("; ")}\n  ${complaint(outcome, program)}`,
  );
}

async function confirm(
  ways: Ways,
  host: string,
  steps: readonly Step[],
  mark: string,
): Promise<void> {
  const undos = steps.flatMap((step) => step.undo ?? []);
  const why = steps.flatMap((step) => (step.undo ? [step.why] : [])).join("; ");
  const armedAt = Date.now();
  const outcome = await ways
    .runOverNew(host, disarm(undos, mark).text, 10)
    .catch((error: unknown) => (error instanceof Error ? error : new Error(String(error))));
  if (!(outcome instanceof Error) && outcome.status === 0) return;
  const reason = outcome instanceof Error ? outcome.message : "it had undone the edit by itself";
  const left = guardSeconds * 1000 - (Date.now() - armedAt);
  await new Promise((go) => setTimeout(go, Math.max(0, left) + 2000));
  await ways.drop(host);
  const back = await ways.run(host, "true", 10).then(
    () => "The host has undone the edit by itself and answers again.",
    (error: unknown) =>
      `It does not answer since: ${error instanceof Error ? error.message : error}`,
  );
  throw new CutOff(
    `${host}: this edit cut us off: ${why}\n  A new connection afterwards failed: ${reason}\n  ${back}\n  Next: let SSH in before what is declared there drops it.`,
  );
}

/** The end of what a program complained, without the secrets that it held. */
function complaint(outcome: Outcome, program: Script): string {
  const clean = program.secrets
    .filter((secret) => secret.length > 0)
    .reduce((text, secret) => text.replaceAll(secret, "[secret]"), outcome.stderr);
  return clean.trim().split("\n").slice(-25).join("\n  ");
}

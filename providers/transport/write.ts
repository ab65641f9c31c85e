import { lines, type Script, sh } from "../sh.ts";
import { framed, type Question } from "./frames.ts";
import { arm, type Undo } from "./guard.ts";

/** A step of a write: what it is for, what to run, and what undoes it should it cut us off. */
export interface Step {
  readonly why: string;
  readonly script: Script;
  readonly undo?: Undo;
  readonly seconds?: number;
  readonly announces?: readonly string[];
}

/**
 * How long a write waits for another run to let go of the host, in seconds. Under guard, which counts
 * from the moment we start to listen, it must not wait long.
 */
export const lockSeconds = { plain: 600, guarded: 8 };

/**
 * One program: take the host's lock, run the steps in order, stop at the first that fails, then ask.
 *
 * The lock is held by this shell and closed in what it spawns, so that it never outlives the program.
 * What the steps say goes to a file first: a connection that breaks must not end a half-run step by
 * SIGPIPE.
 */
export function writeProgram(
  steps: readonly Step[],
  then: readonly Question[],
  mark: string,
  announced: readonly string[] = [],
): Script {
  const wait = steps.some((step) => step.undo) ? lockSeconds.guarded : lockSeconds.plain;
  return lines([
    sh`mkdir -p -m 700 /run/quintet || exit
exec 9>>/run/quintet/lock
flock -w ${wait} 9 || { echo ${`another run has held this host's lock for ${wait} s (/run/quintet/lock)`} >&2; exit 75; }
rm -f /run/quintet/said.*
t=$(mktemp /run/quintet/said.XXXXXX) || exit
announced=${announced.join(" ")}`,
    ...steps.map((step, index) => stepProgram(step, index, mark)),
    sh`rm -f "$t"; exec 9>&-`,
    framed(then, mark),
  ]);
}

/** Which step failed, if one did, with its status. */
export function failedStep(stdout: string, mark: string) {
  const found = new RegExp(`^${mark}failed (\\d+) (\\d+)$`, "m").exec(stdout);
  return found && { index: Number(found[1]), status: Number(found[2]) };
}

function stepProgram(step: Step, index: number, mark: string): Script {
  return sh`
${step.undo ? arm(step.undo, mark) : sh``}
(
exec 9>&- </dev/null >/dev/null 2>"$t"
${step.script}
)
s=$?
if [ $s != 0 ]; then tail -c 4000 "$t" >&2; rm -f "$t"; printf '%sfailed %s %s\n' ${mark} ${index} $s; exit 0; fi`;
}

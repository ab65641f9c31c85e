import { NoCli } from "./cli/install.ts";
import { CommandFailed, StepFailed } from "./run.ts";

/** Runs a program of ours: what a person can do something about becomes a sentence and a status. */
export async function endWell(program: () => Promise<void>): Promise<void> {
  try {
    await program();
  } catch (error) {
    const known = [StepFailed, CommandFailed, NoCli];
    if (!(error instanceof Error && known.some((one) => error instanceof one))) throw error;
    console.error(`\n${error.message}`);
    process.exitCode = error instanceof StepFailed ? error.status : 1;
  }
}

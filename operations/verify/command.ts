import { text } from "node:stream/consumers";
import { stackOf } from "../pulumi/settings.ts";
import { readWords } from "../pulumi/words.ts";
import { CommandFailed } from "../run.ts";
import { outputOf } from "../state.ts";
import { verify } from "./verify.ts";
import { NotSo } from "./ways.ts";

/** Gives the exit status: 0 when the cloud works. */
export function verifyCommand(words: readonly string[]): Promise<number> {
  return told(words, async (stack) =>
    verify(stack, words.includes("--logins-on-stdin") ? await givenLogins() : undefined),
  );
}

/** In a run of the engine's the stack's own output is the one of the run before, or none. */
async function givenLogins(): Promise<string> {
  const given = await text(process.stdin);
  if (given.trim() === "") throw new NotSo("standard input holds no clouds.yaml.");
  return given;
}

/** Prints the text of a clouds.yaml. */
export function loginsCommand(words: readonly string[]): Promise<number> {
  return told(words, (stack) => {
    const logins = outputOf(stack, "clouds");
    if (logins === undefined) throw new NotSo(`the stack ${stack} has no cloud to log in to.`);
    process.stdout.write(logins);
    return 0;
  });
}

async function told(
  words: readonly string[],
  run: (stack: string) => number | Promise<number>,
): Promise<number> {
  const stack = stackOf(readWords(["preview", ...words]));
  try {
    return await run(stack);
  } catch (error) {
    if (!(error instanceof NotSo || error instanceof CommandFailed)) throw error;
    console.error(error.message);
    return 1;
  }
}

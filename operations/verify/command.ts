import { stackOf } from "../pulumi/settings.ts";
import { readWords } from "../pulumi/words.ts";
import { CommandFailed } from "../run.ts";
import { outputOf } from "../state.ts";
import { verify } from "./verify.ts";
import { NotSo } from "./ways.ts";

/** Gives the exit status: 0 when the cloud works. */
export function verifyCommand(words: readonly string[]): Promise<number> {
  return told(words, verify);
}

/** Prints the text of a clouds.yaml. */
export function loginsCommand(words: readonly string[]): Promise<number> {
  return told(words, (stack) => {
    const text = outputOf(stack, "clouds");
    if (text === undefined) throw new NotSo(`the stack ${stack} has no cloud to log in to.`);
    process.stdout.write(text);
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

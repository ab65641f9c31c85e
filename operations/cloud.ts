// npm run cloud -- COMMAND [--stack NAME]: what a person does with a cloud that stands.
//   verify   boots guests, logs in to them, moves one; removes all again. Exit 0 when it all works
//   logins   prints a clouds.yaml for the stock `openstack` client, passwords and all
import { endWell } from "./ending.ts";
import { readProject, readSelected, settle } from "./pulumi/settings.ts";
import { readWords } from "./pulumi/words.ts";
import { outputOf } from "./state.ts";
import { verify } from "./verify/verify.ts";
import { NotSo } from "./verify/ways.ts";

const commands: Readonly<Record<string, (stack: string) => number | Promise<number>>> = {
  verify,
  logins,
};

function logins(stack: string): number {
  const text = outputOf(stack, "clouds");
  if (text === undefined) throw new NotSo(`the stack ${stack} has no cloud to log in to.`);
  process.stdout.write(text);
  return 0;
}

await endWell(async () => {
  const [command = "", ...words] = process.argv.slice(2);
  const run = commands[command];
  if (!run) {
    console.error(`usage: npm run cloud -- ${Object.keys(commands).join(" | ")} [--stack NAME]`);
    process.exitCode = 1;
    return;
  }
  const project = readProject();
  const { stack } = settle(
    readWords(["preview", ...words]),
    process.env,
    project,
    readSelected(process.env, project),
  );
  try {
    process.exitCode = await run(stack);
  } catch (error) {
    if (!(error instanceof NotSo)) throw error;
    console.error(error.message);
    process.exitCode = 1;
  }
});

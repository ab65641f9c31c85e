// npm run cloud -- COMMAND: what a person asks of the cloud as a whole.
import { doctor, usage as doctorUsage } from "./doctor/doctor.ts";

type Command = (words: readonly string[]) => Promise<number>;

const commands: Readonly<Record<string, { readonly run: Command; readonly usage: string }>> = {
  doctor: { run: doctor, usage: doctorUsage },
};

const [name = "", ...words] = process.argv.slice(2);
const command = commands[name];
if (command === undefined) {
  const usages = Object.values(commands).map(({ usage }) => `       npm run cloud -- ${usage}`);
  console.error(`usage:\n${usages.join("\n")}`);
  process.exitCode = 1;
} else {
  process.exitCode = await command.run(words);
}

// npm run cloud -- COMMAND: what a person asks of the cloud as a whole.
import { enableCompileCache } from "node:module";
import { loadWhenUsed } from "../providers/transport/lazy-modules.ts";
import { compileCache } from "./pulumi/settings.ts";

/** A command: what it takes and is for, and what runs it and gives the exit status. */
interface Command {
  readonly usage: string;
  run(words: readonly string[]): Promise<number>;
}

const commands: Readonly<Record<string, Command>> = {
  doctor: {
    usage: "doctor [--stack NAME] [--json]   what is not well, on every host, worst first",
    run: async (words) => (await import("./doctor/doctor.ts")).doctor(words),
  },
  verify: {
    // An `up` gives it the logins that the stack does not put out yet: --logins-on-stdin.
    usage: "verify [--stack NAME]            boots guests, logs in, moves one live, removes them",
    run: async (words) => (await import("./verify/command.ts")).verifyCommand(words),
  },
  logins: {
    usage: "logins [--stack NAME]            prints a clouds.yaml, passwords and all",
    run: async (words) => (await import("./verify/command.ts")).loginsCommand(words),
  },
};

// What knows how hosts are read loads Pulumi's SDK with it: most of what a command waits for.
enableCompileCache(compileCache);
loadWhenUsed();

const [name = "", ...words] = process.argv.slice(2);
const command = commands[name];
if (command) {
  process.exitCode = await command.run(words);
} else {
  // Without -s, npm's own lines are part of what is piped or redirected.
  const usages = Object.values(commands).map(({ usage }) => `       npm run -s cloud -- ${usage}`);
  console.error(`usage:\n${usages.join("\n")}`);
  process.exitCode = 1;
}

/**
 * What a `pulumi` command line says about the stack it is meant for. The CLI's own parser is not
 * at hand, so this reads only as much as the settings depend on.
 */
export interface Words {
  /** The stack that the command line names. */
  readonly stack: string | undefined;
  /** The folder that it is to run in. */
  readonly folder: string | undefined;
  /** Needs an existing stack, so that the testbed's is made on first use. */
  readonly needsStack: boolean;
  /** Takes the stack's lock, so that another run's stands in its way. */
  readonly locks: boolean;
  /** Looks at hosts with the next breath. */
  readonly looks: boolean;
  /** Changes or asks for the login itself, so that no backend is put in its way. */
  readonly choosesBackend: boolean;
}

const writing = ["up", "update", "destroy", "refresh", "import", "watch"];
const looking = ["preview", "up", "update", "destroy", "refresh"];
const onStacks = [...writing, "preview", "stack", "state", "config", "cancel", "logs", "console"];
const onNoStack = ["init", "ls", "rm", "unselect"];

/** Reads a command line. */
export function readWords(words: readonly string[]): Words {
  const plain = words.filter((word) => !word.startsWith("-"));
  const at = plain.findIndex((word) => onStacks.includes(word));
  const command = at < 0 ? undefined : plain[at];
  const sub = command === "stack" ? plain[at + 1] : undefined;
  const named =
    sub !== undefined && ["init", "select", "rm"].includes(sub) ? plain[at + 2] : undefined;
  return {
    stack: option(words, "--stack", "-s") ?? named,
    folder: option(words, "--cwd", "-C"),
    needsStack: command !== undefined && !onNoStack.includes(sub ?? "") && !asksForHelp(words),
    locks: command !== undefined && writing.includes(command),
    looks: command !== undefined && looking.includes(command) && !asksForHelp(words),
    choosesBackend: plain[0] === "login" || plain[0] === "logout",
  };
}

function asksForHelp(words: readonly string[]): boolean {
  return words[0] === "help" || words.includes("--help") || words.includes("-h");
}

function option(words: readonly string[], long: string, short: string): string | undefined {
  for (const [index, word] of words.entries()) {
    if (word === long || word === short) return words[index + 1];
    if (word.startsWith(`${long}=`)) return word.slice(long.length + 1);
    if (!word.startsWith("--") && word.startsWith(short)) {
      return word.slice(short.length).replace(/^=/, "");
    }
  }
  return undefined;
}

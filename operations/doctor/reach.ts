import { existsSync } from "node:fs";
import { HostUnreachable } from "../../providers/errors.ts";
import { roadTo } from "../../providers/transport/ssh-config.ts";
import { testbedStack } from "../pulumi/settings.ts";
import type { Reach } from "./report.ts";

/** The command lines that get to the hosts of a stack by hand. */
export function reachOf(stack: string, configFile: string): Reach {
  if (stack === testbedStack) {
    return (host, command) => joined(["npm run testbed -- ssh", host, command && word(command)]);
  }
  // ssh takes a file that is not there for an error, but does without the user's own.
  const ssh = existsSync(configFile) ? `ssh -F ${word(configFile)}` : "ssh";
  return (host, command) =>
    joined([ssh, host, command && word(isRoot(host, configFile) ? command : `sudo ${command}`)]);
}

function joined(words: readonly (string | undefined)[]): string {
  return words.filter((one) => one !== undefined).join(" ");
}

/** As it is, where the shell here would leave it alone; it is the host's shell that shall read it. */
function word(text: string): string {
  if (/^[\w@%+=:,./ -]+$/.test(text)) return text;
  return `"${text.replaceAll(/[\\"$`]/g, "\\$&")}"`;
}

function isRoot(host: string, configFile: string): boolean {
  try {
    return roadTo(host, configFile).user === "root";
  } catch (error) {
    if (error instanceof HostUnreachable) return true;
    throw error;
  }
}

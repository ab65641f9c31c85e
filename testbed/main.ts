/**
 * The five hosts on this machine:  npm run testbed -- COMMAND
 *
 *   up [HOST... | --light N]           bring up the five hosts (and compute5 to compute9; or N light ones)
 *   down | status                      remove everything | what is up
 *   ssh HOST [CMD] | op CMD | inet CMD a shell or a command on a host | at the operator's place | in the internet
 *   start | stop | kill [HOST]         power on | clean shutdown | power loss: of one host, or of all at once
 *   reset HOST | link HOST IF up|down  a new bare disk | a cable plugged in or pulled out
 *   relay [PORT]                       show the dashboard at a loopback port of this machine, until `down`
 *   deps                               install what the testbed needs on this machine (`up` does it too)
 */
import { existsSync } from "node:fs";
import { foreground } from "./command.ts";
import { BadRequest, TestbedError } from "./errors.ts";
import { hostNamed } from "./hosts.ts";
import { checkRoot, clientPrograms, installPrograms } from "./machine.ts";
import { atInternet, atOperator } from "./network.ts";
import { type Place, place } from "./place.ts";
import { relay } from "./relay.ts";
import { statusTable } from "./status.ts";
import { down, kill, link, reset, start, stop, up, type Wanted } from "./testbed.ts";

const usage = `usage: testbed up [HOST... | --light N] | down | status | deps
       testbed ssh HOST [CMD] | op CMD | inet CMD
       testbed start [HOST] | stop [HOST] | kill [HOST] | reset HOST
       testbed link HOST IF up|down | relay [PORT]`;

async function obey(command: string, words: readonly string[]): Promise<number> {
  const [first = "", second = "", third = ""] = words;
  const power = { start, stop, kill }[command];
  if (power !== undefined) await power(words);
  else if (command === "up") await up(upOptions(words));
  else if (command === "down") await down();
  else if (command === "status") console.log(await statusTable(place()));
  else if (command === "deps") await installPrograms(place());
  else if (command === "relay") await relay(relayPort(words));
  else if (command === "reset" && words.length === 1) await reset(first);
  else if (command === "link" && words.length === 3) await link(first, second, third);
  else if (["ssh", "op", "inet"].includes(command) && words.length > 0) {
    const line = inside(command, words, place());
    if (command === "op" && first === "openstack") await installPrograms(place(), clientPrograms);
    return foreground(line);
  } else throw new BadRequest(usage);
  return 0;
}

/** The command line that gets to a host, to the operator's place, or to the internet. */
function inside(command: string, words: readonly string[], at: Place): readonly string[] {
  if (!existsSync(at.sshConfig))
    throw new BadRequest("there are no hosts yet: `up` brings them up.");
  if (command === "op") return atOperator(at, words);
  if (command === "inet") return atInternet(at, words);
  const [host = "", ...rest] = words;
  return ["ssh", "-F", at.sshConfig, hostNamed(host).name, ...rest];
}

function upOptions(words: readonly string[]): Wanted {
  const [first = "", count] = words;
  if (first === "--light" && words.length === 2) return { light: Number(count) };
  if (first.startsWith("-")) throw new BadRequest(usage);
  return { named: words };
}

function relayPort(words: readonly string[]): number | undefined {
  const [port] = words;
  if (port === undefined) return undefined;
  if (words.length === 1 && /^[1-9]\d{0,4}$/.test(port)) return Number(port);
  throw new BadRequest(usage);
}

try {
  const [command = "", ...words] = process.argv.slice(2);
  if (command !== "") checkRoot();
  process.exitCode = await obey(command, words);
} catch (error) {
  if (!(error instanceof TestbedError)) throw error;
  process.stderr.write(`testbed: ${error.message}\n`);
  process.exitCode = error instanceof BadRequest ? 2 : 1;
}

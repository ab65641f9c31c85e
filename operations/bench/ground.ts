import { rmSync } from "node:fs";
import { delimiter, join } from "node:path";
import { pathToFileURL } from "node:url";
import { cliFolder, clone, notes } from "../clone.ts";
import { step } from "../run.ts";

/** Everything of the bench: hosts, state, copies of the program, logs. Gone when it ends well. */
export const ground = join(notes, "bench");

const testbed = join(ground, "testbed");

/** Where the bench's hosts are found. */
export const sshConfig = join(testbed, "ssh_config");

/** What every command of the bench runs with; the launcher fills in the rest. */
export const environment: NodeJS.ProcessEnv = {
  ...process.env,
  QUINTET_TESTBED: testbed,
  QUINTET_SSH_CONFIG: sshConfig,
  PULUMI_BACKEND_URL: pathToFileURL(join(ground, "state")).href,
  PATH: [join(clone, "node_modules", ".bin"), cliFolder(), process.env.PATH].join(delimiter),
};

/** Brings up the five hosts, or light ones; those that are up stay. */
export async function bringUp(light?: number): Promise<void> {
  const which = light === undefined ? [] : ["--light", String(light)];
  const what = light === undefined ? "five hosts" : `${light} light hosts`;
  await step(`bringing up ${what}`, ["node", "testbed/main.ts", "up", ...which], { environment });
}

/** Takes the hosts away. */
export async function takeDown(): Promise<void> {
  await step("taking the bench's hosts away", ["node", "testbed/main.ts", "down"], { environment });
}

/** Removes what the bench wrote, but for its logs. */
export function clear(): void {
  for (const name of ["state", "programs", "competitors"]) {
    rmSync(join(ground, name), { recursive: true, force: true });
  }
}

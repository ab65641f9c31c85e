// npm start: from a clone with its npm packages to five converged hosts. Every part looks first
// whether it is done already, so it can be run again at any time, also after it was broken off.

import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { siteOfStack } from "../site/stack-site.ts";
import { installCli } from "./cli/install.ts";
import { cloudsFile, notes, ownPulumi } from "./clone.ts";
import { endWell } from "./ending.ts";
import { keepLogins } from "./logins.ts";
import { clearDeadLocks, readLocks } from "./pulumi/locks.ts";
import { readProject, settle, testbedStack } from "./pulumi/settings.ts";
import { readWords } from "./pulumi/words.ts";
import { StepFailed, step } from "./run.ts";
import { dashboardOf, outputOf, resourcesOf, type StateResource } from "./state.ts";
import { summary } from "./summary.ts";

const up = ["up", "--stack", testbedStack, "--yes", "--skip-preview", "--parallel", "64"];

async function start(): Promise<void> {
  // First, since a machine that cannot carry them is told at once.
  title("1 of 3  Five hosts on this machine");
  const names = siteOfStack(testbedStack).hosts.map(({ name }) => name);
  await step("bringing up the hosts", ["node", "testbed/main.ts", "up", ...names]);

  title("2 of 3  The Pulumi CLI");
  await installCli();

  title("3 of 3  From bare hosts to what the stack promises");
  await waitForOtherRuns();
  // Half of what a first run does is waiting for hosts, so it may do more at once than the engine's
  // default, which counts this machine's cores.
  await step("pulumi up", [ownPulumi, ...up], {
    ownProgress: true,
  });

  const resources = resourcesOf(testbedStack);
  await showDashboard(resources);
  showLogins(resources);
  console.log(summary(resources));
}

/** At a port of this machine, since the address outside is one of the testbed's own network. */
async function showDashboard(resources: readonly StateResource[]): Promise<void> {
  const url = dashboardOf(resources);
  if (url === undefined) return;
  const port = new URL(url).port;
  try {
    await step("the dashboard's relay", ["node", "testbed/main.ts", "relay", port || "443"]);
  } catch (error) {
    // The cloud stands all the same, and what was in the way has been said.
    if (!(error instanceof StepFailed)) throw error;
  }
}

/** In the clone, where the stock client looks. */
function showLogins(resources: readonly StateResource[]): void {
  if (dashboardOf(resources) === undefined) return;
  const text = outputOf(testbedStack, "clouds");
  if (text === undefined || keepLogins(text, cloudsFile, join(notes, "clouds.yaml"))) return;
  console.log(
    `  ${cloudsFile} is not as npm start writes it, and stays as it is.\n  Next: npm run -s cloud -- logins prints who may log in.`,
  );
}

function title(words: string): void {
  console.log(`\n${words}`);
}

/** A run that was broken off may have left its CLI behind, still writing: it is let finish. */
async function waitForOtherRuns(): Promise<void> {
  const project = readProject();
  const { backendFolder } = settle(readWords(up), process.env, project, undefined);
  if (backendFolder === undefined) return;
  for (let seconds = 0; ; seconds += 2) {
    const locks = readLocks(backendFolder, project.name, testbedStack);
    const pids = clearDeadLocks(locks).holding.map((lock) => `${lock.pid} on ${lock.machine}`);
    if (pids.length === 0) return;
    if (seconds % 8 === 0) {
      console.log(
        `  waiting for another run of this stack, process ${pids.join(", ")} (${seconds} s)`,
      );
    }
    await setTimeout(2_000);
  }
}

await endWell(start);

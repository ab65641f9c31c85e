import { cpSync } from "node:fs";
import { join } from "node:path";
import { cliVersion, clone } from "../clone.ts";
import { StepFailed, step } from "../run.ts";

/** Where the launcher of the `pulumi` package downloads from. */
const origin = "https://get.pulumi.com/";
const patience = 8_000;

/** The first road: the launcher's own download. Returns what stood in the way. */
export async function downloadCli(folder: string): Promise<string | undefined> {
  // The launcher waits for as long as the network makes it wait, so the way is tried first.
  console.log(`Looking whether the Pulumi CLI ${cliVersion} can be downloaded.`);
  try {
    await fetch(new URL("install.sh", origin), {
      method: "HEAD",
      signal: AbortSignal.timeout(patience),
    });
  } catch (error) {
    return `download: ${origin} cannot be reached (${reasonOf(error)})`;
  }
  try {
    const launcher = join(clone, "node_modules", "pulumi", "run.js");
    const environment = { ...process.env, PULUMI_HOME: folder, PULUMI_SKIP_UPDATE_CHECK: "true" };
    await step("downloading the Pulumi CLI", ["node", launcher, "version"], { environment });
  } catch (error) {
    if (error instanceof StepFailed) return `download: ${error.message}`;
    throw error;
  }
  cpSync(join(folder, "versions", cliVersion, "bin"), join(folder, "bin"), { recursive: true });
  return undefined;
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}

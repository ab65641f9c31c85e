import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";

/** The folder of this clone. */
export const clone = dirname(import.meta.dirname);

/** The project's own pulumi: the CLI with this project's settings. */
export const ownPulumi = join(clone, "operations", "bin", "pulumi");

/** Where everything lies that a run writes down: state, notes, locks. Not tracked. */
export const notes = join(clone, ".quintet");

/** Who may log in to the testbed's cloud, as the stock client reads it from the folder it is called in. */
export const cloudsFile = join(clone, "clouds.yaml");

/** The one version of the launcher, the SDK and the CLI. */
export const cliVersion: string = JSON.parse(readFileSync(join(clone, "package.json"), "utf8"))
  .devDependencies.pulumi;

/** Where the CLI keeps its versions, plugins and notes of its own. */
export function pulumiHome(environment: NodeJS.ProcessEnv = process.env): string {
  return environment.PULUMI_HOME || join(homedir(), ".pulumi");
}

/** The folder of the pinned CLI; the launcher looks there too. */
export function cliFolder(environment: NodeJS.ProcessEnv = process.env): string {
  return join(pulumiHome(environment), "versions", cliVersion, "bin");
}

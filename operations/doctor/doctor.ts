import { parseArgs } from "node:util";
import { selectProfile } from "../../profiles/profile.ts";
import { BadStackFile, sshConfigPath } from "../../providers/stack-file.ts";
import { Pool } from "../../providers/transport/pool.ts";
import { BadConfig } from "../../site/problems.ts";
import { siteOfStack } from "../../site/stack-site.ts";
import { stackOf } from "../pulumi/settings.ts";
import { readWords } from "../pulumi/words.ts";
import { exportedResources } from "../state.ts";
import { ask } from "./ask.ts";
import { diagnose, looks } from "./diagnosis.ts";
import { expect } from "./expected.ts";
import { reachOf } from "./reach.ts";
import { asJson, asTable, exitStatus, type Report, report } from "./report.ts";

/** Why nothing could be looked at. */
class NothingToLookAt extends Error {}

/**
 * Looks at everything and changes nothing. Exit status: 0 all is well, 7 something is not, 1 nothing
 * could be looked at.
 */
export async function doctor(words: readonly string[]): Promise<number> {
  try {
    const { stack, json } = readOptions(words);
    const found = await lookAt(stack);
    process.stdout.write(json ? asJson(found) : asTable(found));
    return exitStatus(found);
  } catch (error) {
    const known = [NothingToLookAt, BadConfig, BadStackFile];
    if (!(error instanceof Error) || !known.some((one) => error instanceof one)) throw error;
    console.error(error.message);
    return 1;
  }
}

function readOptions(words: readonly string[]): { stack: string; json: boolean } {
  const { stack: named, json } = optionsIn(words);
  const stack = stackOf(readWords(named === undefined ? [] : ["--stack", named]));
  return { stack, json: json === true };
}

function optionsIn(words: readonly string[]) {
  const options = { stack: { type: "string", short: "s" }, json: { type: "boolean" } } as const;
  try {
    return parseArgs({ args: [...words], options }).values;
  } catch (error) {
    throw new NothingToLookAt(
      `${error instanceof Error ? error.message : error}\n  Next: npm run cloud`,
    );
  }
}

async function lookAt(stack: string): Promise<Report> {
  const site = siteOfStack(stack);
  const configFile = sshConfigPath(stack);
  const pool = new Pool(configFile);
  try {
    const up = site.hosts.filter(({ name }) => !site.down.has(name));
    process.stderr.write(`Looking at ${up.map(({ name }) => name).join(", ")}.\n`);
    // Connections are made while the state is read; one that fails says so when its host is asked.
    for (const { name } of up) pool.client(name).catch(() => undefined);
    const resources = await exportedResources(stack);
    if (!resources) {
      throw new NothingToLookAt(
        `The state of the stack ${stack} cannot be read.\n  Next: see above; npx pulumi stack ls names those that there are`,
      );
    }
    if (!resources.some(({ inputs }) => inputs?.at)) {
      throw new NothingToLookAt(
        `The stack ${stack} promises nothing yet.\n  Next: npx pulumi up --stack ${stack}`,
      );
    }
    const cloud = expect(site, selectProfile(site.profile), resources, Date.now());
    const found = diagnose(await ask(pool, cloud, looks), cloud);
    return report(stack, found, [...site.down].sort(), reachOf(stack, configFile));
  } finally {
    await pool.close();
  }
}

import { spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { cliFolder, cliVersion } from "../clone.ts";
import { buildCli } from "./build.ts";
import { downloadCli } from "./download.ts";

/** Neither road led to a CLI. */
export class NoCli extends Error {
  constructor(tried: readonly string[]) {
    super(
      `The Pulumi CLI ${cliVersion} cannot be had here. Tried:\n` +
        tried.map((one) => `  - ${one}\n`).join("") +
        "Next: let this machine reach either get.pulumi.com or a Go module proxy (and install Go),\n" +
        `or put the CLI ${cliVersion} with its Node.js language host into ${cliFolder()}; then run this again.`,
    );
    this.name = "NoCli";
  }
}

const parts = ["pulumi", "pulumi-language-nodejs", "pulumi-resource-pulumi-nodejs"];

/**
 * Sees to it that the pinned CLI is where the launcher looks for it: already there, downloaded, or
 * built from Go modules. It is put together beside that place and moved there when it is complete.
 */
export async function installCli(): Promise<void> {
  const wrong = whatIsWrong(cliFolder());
  if (wrong === undefined) return;
  const tried = [`${cliFolder()}: ${wrong}`];
  const workshop = openWorkshop();
  try {
    for (const road of [downloadCli, buildCli]) {
      const folder = mkdtempSync(join(workshop, "road-"));
      const obstacle = await road(folder);
      const found = obstacle ?? whatIsWrong(join(folder, "bin"));
      if (found === undefined) return moveIntoPlace(folder);
      tried.push(found);
      console.log(`  ${found}`);
    }
  } finally {
    rmSync(workshop, { recursive: true, force: true });
  }
  throw new NoCli(tried);
}

function whatIsWrong(bin: string): string | undefined {
  const missing = parts.filter((part) => !existsSync(join(bin, part)));
  if (missing.length === parts.length) return "not there";
  if (missing.length > 0) return `${missing.join(", ")} missing`;
  const answer = spawnSync(join(bin, "pulumi"), ["version"], {
    encoding: "utf8",
    timeout: 30_000,
    env: { ...process.env, PULUMI_SKIP_UPDATE_CHECK: "true" },
  });
  if (answer.stdout?.trim() === `v${cliVersion}`) return undefined;
  return `pulumi there does not answer as v${cliVersion}`;
}

/** A folder on the disk that the CLI will lie on; those of killed runs are cleared away. */
function openWorkshop(): string {
  const versions = dirname(dirname(cliFolder()));
  mkdirSync(versions, { recursive: true });
  for (const name of readdirSync(versions)) {
    const pid = /^\.installing-(\d+)-/.exec(name)?.[1];
    if (pid !== undefined && !existsSync(`/proc/${pid}`)) {
      rmSync(join(versions, name), { recursive: true, force: true });
    }
  }
  return mkdtempSync(join(versions, `.installing-${process.pid}-`));
}

function moveIntoPlace(folder: string): void {
  const place = dirname(cliFolder());
  // Another clone may have put its own there meanwhile: as good as ours.
  if (whatIsWrong(cliFolder()) === undefined) return;
  rmSync(place, { recursive: true, force: true });
  chmodSync(folder, 0o755);
  renameSync(folder, place);
}

import { spawnSync } from "node:child_process";
import { chmodSync, copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { cliVersion, clone } from "../clone.ts";
import { StepFailed, step } from "../run.ts";

/** The last SDK module that holds a Node.js language host. */
const languageHostVersion = "3.68.0";

/**
 * The second road: the CLI, its Node.js language host and the dynamic provider's script, from Go
 * modules and the npm SDK. Returns what stood in the way.
 */
export async function buildCli(folder: string): Promise<string | undefined> {
  const go = spawnSync("go", ["version"], { encoding: "utf8" });
  if (go.status !== 0) return "build from Go modules: there is no `go` on the PATH";

  const bin = join(folder, "bin");
  const lib = join(folder, "lib");
  mkdirSync(bin);
  mkdirSync(lib);
  console.log(
    `Building the Pulumi CLI ${cliVersion} from Go modules with ${go.stdout.trim()}: ` +
      "a few minutes, once on this machine.",
  );
  try {
    await build(
      "language-host",
      "github.com/pulumi/pulumi/sdk/v3/nodejs/cmd/pulumi-language-nodejs",
      languageHostVersion,
      join(lib, "pulumi-language-nodejs"),
    );
    await build(
      "pulumi",
      "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
      cliVersion,
      join(bin, "pulumi"),
    );
  } catch (error) {
    if (error instanceof StepFailed) return `build from Go modules: ${error.message}`;
    throw error;
  }

  // A host of that age takes as a flag what the CLI now sends as an option of the project.
  const languageHost = join(bin, "pulumi-language-nodejs");
  writeFileSync(languageHost, languageHostScript);
  const provider = join(bin, "pulumi-resource-pulumi-nodejs");
  copyFileSync(
    join(clone, "node_modules", "@pulumi", "pulumi", "pulumi-resource-pulumi-nodejs"),
    provider,
  );
  for (const script of [languageHost, provider]) chmodSync(script, 0o755);
  return undefined;
}

// Ends soon after a CLI that was killed: a language host of that age would stay for ever.
const languageHostScript = `#!/bin/sh
(while kill -0 "$PPID"; do sleep 1; done; kill "$$") </dev/null >/dev/null 2>&1 &
exec "$(dirname "$0")/../lib/pulumi-language-nodejs" -typescript=false "$@"
`;

function build(module: string, program: string, version: string, target: string): Promise<void> {
  const stamp = `-X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v${version}`;
  return step(
    `building ${program.slice(program.lastIndexOf("/") + 1)}`,
    // Whatever else goes on at the same time has deadlines.
    [
      "nice",
      "go",
      "build",
      "-trimpath",
      "-buildvcs=false",
      "-ldflags",
      `-s -w ${stamp}`,
      "-o",
      target,
      program,
    ],
    {
      folder: join(clone, "operations", "cli", module),
      environment: { ...process.env, CGO_ENABLED: "0", GOWORK: "off" },
    },
  );
}

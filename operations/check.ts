// npm test: everything that must hold, one stage after another; the first that fails ends it.
//   --fast   the stages that need neither hosts nor root
//   --cloud  what takes longer than a run of the CI may: all that is tried on the whole cloud, and faults
import { globSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { installCli } from "./cli/install.ts";
import { clone, notes } from "./clone.ts";
import { endWell } from "./ending.ts";
import { compileCache } from "./pulumi/settings.ts";
import { StepFailed, step } from "./run.ts";

interface Stage {
  readonly name: string;
  run(): Promise<void>;
}

// The tests have hosts and a state of their own, so that those of npm start stay as they are.
const environment = {
  ...process.env,
  ...testbedIn(".testbed-test"),
  PULUMI_BACKEND_URL: pathToFileURL(join(notes, "state-test")).href,
  // Each file of tests is a process of its own, and most load Pulumi's SDK.
  NODE_COMPILE_CACHE: compileCache,
};

// Others, for what can be tried at the same time.
const besides = testbedIn(".testbed-laws");

const laws = "test/laws.hosts.ts";
// The five hosts without the services, which most of the acceptance is about.
const slice = join(notes, "slice");

const fast: readonly Stage[] = [
  command(
    "format and lint",
    {},
    "biome",
    "ci",
    `--colors=${process.stdout.isTTY ? "force" : "off"}`,
    ".",
  ),
  command("types", {}, "tsc", "-p", "."),
  tests("unit tests", (file) => file.endsWith(".test.ts")),
];

const cli: Stage = { name: "the Pulumi CLI", run: installCli };

const whole: readonly Stage[] = [
  ...fast,
  ...bare("a fresh testbed"),
  ...bare("another one, for the laws", besides),
  // Half of these tests' time is waiting for hosts, and a machine without a CLI builds one in five minutes.
  together(
    tests("the laws", isFile(laws), besides),
    tests("hosts", (file) => file.endsWith(".hosts.ts") && file !== laws && !isWholeCloud(file)),
    cli,
  ),
  command("the laws' testbed down", besides, "node", "testbed/main.ts", "down"),
  // The laws leave packages and folders behind; the acceptance begins with bare hosts.
  ...bare("bare hosts again"),
  ...onSlice(
    "acceptance of the five hosts",
    (file) => isIn("test/acceptance/")(file) && !isLong(file),
  ),
  ...bare("bare hosts for the cloud"),
  tests("the whole cloud", (file) => isIn("test/cloud/")(file) && !isLong(file)),
  command("testbed down", {}, "node", "testbed/main.ts", "down"),
];

const rest: readonly Stage[] = [
  cli,
  ...bare("bare hosts"),
  tests("the laws of what the APIs keep", isFile("test/cloud/laws.hosts.ts")),
  ...bare("bare hosts again"),
  ...onSlice("faults of the five hosts", (file) => isIn("test/acceptance/")(file) && isLong(file)),
  ...bare("bare hosts for the cloud"),
  tests("the whole cloud", (file) => /^test\/cloud\/\d.*\.hosts\.ts$/.test(file)),
  command("testbed down", {}, "node", "testbed/main.ts", "down"),
];

/** What a run of the CI has no time for; what the five hosts leave at destroy (90) is seen after the whole cloud. */
function isLong(file: string): boolean {
  return isIn("test/acceptance/")(file)
    ? /\/(15|16|50|90)-/.test(file)
    : !/\/(10|20|90)-/.test(file);
}

function onSlice(name: string, belongs: (file: string) => boolean): Stage[] {
  return [
    command("the five hosts' project", {}, "node", "test/acceptance/slice.ts", slice),
    tests(name, belongs, { QUINTET_PROJECT: slice }),
  ];
}

/** Hosts of which nothing is left, then new ones. */
function bare(name: string, where = {}): Stage[] {
  return ["down", "up"].map((word) =>
    command(`${name}: ${word}`, where, "node", "testbed/main.ts", word),
  );
}

function testbedIn(folder: string) {
  const path = join(clone, folder);
  return { QUINTET_TESTBED: path, QUINTET_SSH_CONFIG: join(path, "ssh_config") };
}

function together(...stages: readonly Stage[]): Stage {
  return {
    name: stages.map(({ name }) => name).join(", and at the same time "),
    async run() {
      const ended = await Promise.allSettled(stages.map((stage) => stage.run()));
      for (const one of ended) if (one.status === "rejected") throw one.reason;
    },
  };
}

function isIn(folder: string) {
  return (file: string) => file.startsWith(folder) && file.endsWith(".hosts.ts");
}

function isFile(name: string) {
  return (file: string) => file === name;
}

function isWholeCloud(file: string): boolean {
  return file.startsWith("test/acceptance/") || file.startsWith("test/cloud/");
}

function command(
  name: string,
  variables: NodeJS.ProcessEnv,
  ...words: [string, ...string[]]
): Stage {
  return { name, run: () => step(name, words, { environment: { ...environment, ...variables } }) };
}

function tests(
  name: string,
  belongs: (file: string) => boolean,
  variables: NodeJS.ProcessEnv = {},
): Stage {
  return {
    name,
    async run() {
      const files = globSync("test/**/*.ts", { cwd: clone }).filter(belongs).sort();
      // A stage that has lost its tests must not look like one that has passed.
      if (files.length === 0) throw new StepFailed(`${name}, which found no test files`, 1);
      // Hosts are shared by all tests on them. On its own, Node leaves one processor idle; some tests wait.
      const onHosts = files.every((file) => file.endsWith(".hosts.ts"));
      const atOnce = onHosts ? 1 : availableParallelism() + 1;
      const words = ["node", "--test", `--test-concurrency=${atOnce}`, ...files] as const;
      await step(name, words, { environment: { ...environment, ...variables } });
    },
  };
}

async function check(stages: readonly Stage[]): Promise<void> {
  const began = Date.now();
  for (const [index, { name, run }] of stages.entries()) {
    console.log(`\n${index + 1} of ${stages.length}  ${name}`);
    await run();
  }
  console.log(
    `\nAll ${stages.length} stages passed in ${Math.round((Date.now() - began) / 1000)} s.`,
  );
}

function wanted(): readonly Stage[] {
  if (process.argv.includes("--fast")) return fast;
  return process.argv.includes("--cloud") ? rest : whole;
}

await endWell(() => check(wanted()));

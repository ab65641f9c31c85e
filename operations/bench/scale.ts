import { bringUp, takeDown } from "./ground.ts";
import { type Measured, median } from "./measured.ts";
import { type Program, Project } from "./project.ts";
import { round, type Table } from "./table.ts";

const promisesPerHost = 20;

/** Does a promise cost more where there are many? Light hosts, more and more, with 20 promises each. */
export async function scale(
  sizes: readonly number[],
  runs: number,
  say: (words: string) => void,
): Promise<Table[]> {
  const [seeing, blind] = [program("light"), program("light-blind")].map((one) => new Project(one));
  if (!seeing || !blind) throw new Error("there are two programs");
  const times: string[][] = [];
  const memory: string[][] = [];
  for (const hosts of sizes) {
    await bringUp(hosts);
    await seeing.select();
    await seeing.pulumi(["config", "set", "quintet:lightHosts", String(hosts)]);
    blind.settleAs(seeing);
    say(`${hosts} light hosts: making ${hosts * promisesPerHost} promises`);
    await seeing.up();
    const cold = await seeing.noOpPreview();
    await blind.noOpPreview();
    const looks: Measured[] = [];
    const engine: Measured[] = [];
    for (let run = 1; run <= runs; run += 1) {
      looks.push(await seeing.noOpPreview());
      engine.push(await blind.noOpPreview());
      say(`  ${run} of ${runs}: ${round(looks.at(-1)?.seconds)} s`);
    }
    times.push(timesRow(hosts, cold, looks, engine));
    memory.push(memoryRow(hosts, looks));
  }
  await takeDown();
  return [
    {
      title: "Light hosts with 20 promises each: a no-op preview",
      head: [
        "hosts",
        "promises",
        "seconds",
        "engine alone",
        "ratio",
        "ms a promise",
        "of it ours",
        "processor seconds",
        "nothing remembered",
      ],
      rows: times,
    },
    {
      title: "Peak memory of each process, in MB",
      head: ["hosts", "CLI", "language host", "program", "provider"],
      rows: memory,
    },
  ];
}

function program(name: string): Program {
  return {
    name,
    stack: "light",
    passphrase: "light",
    blind: name.endsWith("blind"),
    files: { "index.ts": `import "./operations/bench/light.ts";\n` },
  };
}

function timesRow(hosts: number, cold: Measured, looks: Measured[], engine: Measured[]): string[] {
  const promises = hosts * promisesPerHost;
  const seconds = median(looks.map((one) => one.seconds));
  const alone = median(engine.map((one) => one.seconds));
  return [
    String(hosts),
    String(promises),
    round(seconds),
    round(alone),
    round(seconds / alone),
    round((seconds / promises) * 1000),
    round(((seconds - alone) / promises) * 1000),
    round(median(looks.map((one) => one.processorSeconds))),
    round(cold.seconds),
  ];
}

function memoryRow(hosts: number, looks: Measured[]): string[] {
  const peak = (role: string) =>
    Math.max(...looks.map((one) => one.megabytes[role] ?? 0)).toFixed(0);
  return [String(hosts), peak("CLI"), peak("language host"), peak("program"), peak("provider")];
}

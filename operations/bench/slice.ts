import { readFileSync } from "node:fs";
import { join } from "node:path";
import { clone } from "../clone.ts";
import { Competitors } from "./competitors.ts";
import { type Fact, factsOf, type StoredResource } from "./facts.ts";
import { bringUp, takeDown } from "./ground.ts";
import { type Measured, median } from "./measured.ts";
import { memoryOfCloud } from "./memory.ts";
import { Project } from "./project.ts";
import { round, type Table } from "./table.ts";
import { type Share, shares } from "./timeline.ts";

type Say = (words: string) => void;

const stack = "testbed";
const settingsFile = `Pulumi.${stack}.yaml`;
const passphrase = readFileSync(join(clone, "operations", "testbed-passphrase"), "utf8").trim();

/** The five hosts without OpenStack: `up` from bare ones, then a look at what stands, beside others who ask the same. */
export function slice(runs: number, others: boolean, say: Say): Promise<Table[]> {
  const settings = readFileSync(join(clone, settingsFile), "utf8");
  const files = { [settingsFile]: settings.replace(/^( *quintet:services:).*$/m, "$1 false") };
  return fiveHosts({ name: "slice", files, others, ofEngine: "0.83 or more" }, runs, say);
}

/** The same with OpenStack, of which others would ask something else, and the memory that it takes. */
export function cloud(runs: number, say: Say): Promise<Table[]> {
  return fiveHosts(
    { name: "cloud", files: {}, others: false, ofEngine: "0.8 or more", last: memoryOfCloud },
    runs,
    say,
  );
}

interface Part {
  readonly name: string;
  readonly files: Readonly<Record<string, string>>;
  readonly others: boolean;
  /** What the engine alone may be of Quintet's time: 1 in 1.2, or 1 in 1.25. */
  readonly ofEngine: string;
  /** One more table, while all stands. */
  last?(): Promise<Table>;
}

async function fiveHosts(
  { name, files, others, ofEngine, last }: Part,
  runs: number,
  say: Say,
): Promise<Table[]> {
  const seeing = new Project({ name, stack, passphrase, files });
  const blind = new Project({ name: `${name}-blind`, stack, passphrase, files, blind: true });
  await bringUp();
  await seeing.select();
  say(`five bare hosts: pulumi up of the ${name}`);
  const up = await seeing.up();
  const tables = [upTable(up)];

  const resources = await seeing.resources();
  const competitors = others ? new Competitors(factsOf(resources)) : undefined;
  try {
    await competitors?.setUp();
    const taken = await interleaved(
      {
        "engine alone": () => blind.noOpPreview(),
        Quintet: () => seeing.noOpPreview(),
        ...(competitors && {
          Ansible: () => competitors.ansible(),
          pyinfra: () => competitors.pyinfra(),
        }),
      },
      runs,
      say,
    );
    tables.push(lookTable(resources, taken, ofEngine), memoryTable(taken.get("Quintet") ?? []));
  } finally {
    competitors?.close();
  }
  if (last) tables.push(await last());
  await takeDown();
  return tables;
}

/** Each in turn, so that whatever else the machine does hits all alike; the first round is not counted. */
async function interleaved(
  candidates: Readonly<Record<string, () => Promise<Measured>>>,
  runs: number,
  say: Say,
): Promise<Map<string, Measured[]>> {
  const taken = new Map<string, Measured[]>();
  for (let run = 0; run <= runs; run += 1) {
    for (const [name, measure] of Object.entries(candidates)) {
      const measured = await measure();
      say(
        `  ${run === 0 ? "warming up" : `${run} of ${runs}`}: ${name} ${round(measured.seconds)} s`,
      );
      if (run > 0) taken.set(name, [...(taken.get(name) ?? []), measured]);
    }
  }
  return taken;
}

function upTable(up: Measured & { readonly spent: Record<Share, number> }): Table {
  const row = (name: string, seconds: number) => [
    name,
    round(seconds),
    `${((seconds / up.seconds) * 100).toFixed(0)} %`,
  ];
  return {
    title: "`up` from bare hosts, packages in the cache",
    head: ["what", "seconds", "share"],
    rows: [...shares.map((share) => row(share, up.spent[share])), row("together", up.seconds)],
  };
}

function lookTable(
  resources: readonly StoredResource[],
  taken: Map<string, Measured[]>,
  ofEngine: string,
): Table {
  const wanted: Readonly<Record<string, string>> = {
    "engine alone": ofEngine,
    Ansible: "8 or more",
    pyinfra: "more than 1",
  };
  // Only where others ask the same is there a question for each fact.
  const facts = taken.has("Ansible") ? `, ${perHost(factsOf(resources))} facts a host` : "";
  const promises = resources.filter(({ type }) => /dynamic\/(host|cloud):/.test(type)).length;
  const seconds = (name: string) => median((taken.get(name) ?? []).map((one) => one.seconds));
  const ours = seconds("Quintet");
  return {
    title: `Nothing to do: ${promises} promises on five hosts${facts}`,
    head: ["who", "seconds", "of Quintet's", "processor seconds", "wanted"],
    rows: [...taken].map(([name, all]) => [
      name,
      round(seconds(name)),
      round(seconds(name) / ours),
      round(median(all.map((one) => one.processorSeconds))),
      wanted[name] ?? "",
    ]),
  };
}

function perHost(facts: readonly Fact[]): string {
  const counts = [...Map.groupBy(facts, (fact) => fact.host).values()].map((all) => all.length);
  return `${Math.min(...counts)} to ${Math.max(...counts)}`;
}

function memoryTable(looks: readonly Measured[]): Table {
  const roles = [...new Set(looks.flatMap((one) => Object.keys(one.megabytes)))];
  const peaks = roles.map((role) => Math.max(...looks.map((one) => one.megabytes[role] ?? 0)));
  return {
    title: "Peak memory of that preview's processes, in MB",
    head: roles,
    rows: [peaks.map((peak) => peak.toFixed(0))],
  };
}

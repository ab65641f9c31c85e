// npm run bench [-- slice cloud scale --runs N --hosts 10,50,100 --no-others]: how fast it is, and beside
// whom. docs/bench.md says how to read the tables. All parts run unless one is named.
import { writeFileSync } from "node:fs";
import { cpus, totalmem } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { clear, ground, takeDown } from "./bench/ground.ts";
import { scale } from "./bench/scale.ts";
import { cloud, slice } from "./bench/slice.ts";
import { asMarkdown, type Table } from "./bench/table.ts";
import { installCli } from "./cli/install.ts";
import { endWell } from "./ending.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    runs: { type: "string", default: "5" },
    hosts: { type: "string", default: "10,50,100" },
    // Ansible and pyinfra take half a gigabyte to install.
    "no-others": { type: "boolean", default: false },
  },
});
const runs = Number(values.runs);
const sizes = values.hosts.split(",").map(Number);
const parts = {
  slice: () => slice(runs, !values["no-others"], say),
  cloud: () => cloud(runs, say),
  scale: () => scale(sizes, runs, say),
};
const chosen = Object.keys(parts).filter(
  (name) => positionals.length === 0 || positionals.includes(name),
);
if (!(runs >= 1) || positionals.some((name) => !(name in parts))) {
  console.error(
    "usage: npm run bench [-- slice | cloud | scale] [--runs N] [--hosts 10,50,100] [--no-others]",
  );
  process.exit(2);
}

await endWell(async () => {
  await installCli();
  // A run that was killed leaves hosts, and a lock on a state that nobody needs.
  await leave();
  try {
    const tables: Table[] = [];
    for (const name of chosen) tables.push(...(await parts[name as keyof typeof parts]()));
    const machine = `${cpus().length} processors, ${(totalmem() / 2 ** 30).toFixed(0)} GB of memory; medians of ${runs} runs, in turn.`;
    const text = [machine, "", ...tables.map(asMarkdown)].join("\n");
    writeFileSync(join(ground, "tables.md"), text);
    console.log(`\n${text}`);
  } finally {
    await leave();
  }
});

async function leave(): Promise<void> {
  await takeDown();
  clear();
}

function say(words: string): void {
  console.log(words);
}

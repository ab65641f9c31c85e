// npm run drift [-- --markdown FILE] [-- words for pulumi preview]: do the hosts hold what was
// promised? Exit 0 in sync, 7 drifted, 1 could not tell.
import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { text } from "node:stream/consumers";
import { clone, ownPulumi } from "./clone.ts";
import { type Report, readPreview } from "./drift/preview.ts";
import { asMarkdown, asTable, exitStatus } from "./drift/report.ts";

const { markdown, rest } = readWords(process.argv.slice(2));

process.stderr.write("Looking at the hosts.\n");
const report = await look(rest);
process.stdout.write(asTable(report));
if (markdown !== undefined) writeFileSync(markdown, asMarkdown(report));
process.exitCode = exitStatus(report);

async function look(words: readonly string[]): Promise<Report> {
  const preview = spawn(
    ownPulumi,
    ["preview", "--json", "--expect-no-changes", "--non-interactive", ...words],
    { stdio: ["ignore", "pipe", "pipe"], cwd: clone },
  );
  const began = Date.now();
  const beat = setInterval(() => {
    const seconds = Math.round((Date.now() - began) / 1000);
    process.stderr.write(`  still looking (${seconds} s)\n`);
  }, 8_000);
  const ended = new Promise<number | null>((resolve) => preview.on("close", resolve));
  const [out, said, status] = await Promise.all([
    text(preview.stdout),
    text(preview.stderr),
    ended,
  ]);
  clearInterval(beat);
  return judge(out, said, status);
}

/** The engine's own word counts: where it and the table disagree, nothing can be told. */
function judge(out: string, said: string, status: number | null): Report {
  const silent = said.trim() || `pulumi preview ended with ${status ?? "a signal"}`;
  if (out.trim() === "") return { differences: [], obstacles: [silent] };
  let report: Report;
  try {
    report = readPreview(out);
  } catch (error) {
    return { differences: [], obstacles: [silent, `its JSON cannot be read: ${error}`] };
  }
  if (exitStatus(report) === status || report.obstacles.length > 0) return report;
  return { ...report, obstacles: [silent] };
}

function readWords(words: readonly string[]): { markdown: string | undefined; rest: string[] } {
  const at = words.indexOf("--markdown");
  if (at < 0) return { markdown: undefined, rest: [...words] };
  const file = words[at + 1];
  if (file === undefined) {
    console.error("--markdown wants the name of a file to write.");
    process.exit(1);
  }
  return { markdown: file, rest: [...words.slice(0, at), ...words.slice(at + 2)] };
}

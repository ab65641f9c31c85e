import type { Difference, Report } from "./preview.ts";

const columns = ["host", "promise", "key", "found", "wanted"] as const;
const longest = 72;

/** Exit status of a drift check: 0 in sync, 7 drifted, 1 could not tell. */
export function exitStatus(report: Report): 0 | 1 | 7 {
  if (report.obstacles.length > 0) return 1;
  return report.differences.length > 0 ? 7 : 0;
}

/** What it comes to, in one sentence. */
export function verdict(report: Report): string {
  const { differences, obstacles } = report;
  if (obstacles.length > 0) return "It cannot be told whether the hosts hold what was promised:";
  if (differences.length === 0) return "In sync: every host holds what was promised.";
  const hosts = new Set(differences.map(({ host }) => host)).size;
  return `Drifted: ${count(differences.length, "difference")} on ${count(hosts, "host")}.`;
}

/** For a terminal. */
export function asTable(report: Report): string {
  const lines = [verdict(report), ...report.obstacles.map((obstacle) => `  ${obstacle}`)];
  if (report.differences.length > 0 && report.obstacles.length === 0) {
    const rows = [[...columns], ...sorted(report.differences)];
    const widths = columns.map((_, at) => Math.max(...rows.map((row) => row[at]?.length ?? 0)));
    const drawn = rows.map((row) =>
      row
        .map((cell, at) => cell.padEnd(widths[at] ?? 0))
        .join("  ")
        .trimEnd(),
    );
    lines.push("", ...drawn);
  }
  return `${lines.join("\n")}\n`;
}

/** For a comment on a change, or a job's page. */
export function asMarkdown(report: Report): string {
  const lines = [`**${verdict(report)}**`, ""];
  for (const obstacle of report.obstacles) lines.push(`- ${escaped(oneLine(obstacle, 400))}`);
  if (report.differences.length > 0 && report.obstacles.length === 0) {
    lines.push(row([...columns]), row(columns.map(() => "---")));
    for (const cells of sorted(report.differences)) lines.push(row(cells.map(escaped)));
  }
  return `${lines.join("\n").trimEnd()}\n`;
}

function sorted(differences: readonly Difference[]): string[][] {
  return differences
    .map((difference) => columns.map((column) => oneLine(difference[column], longest)))
    .sort((one, other) => one.join("\0").localeCompare(other.join("\0")));
}

// What a host holds may be anything: it must not move the terminal's cursor.
function oneLine(text: string, most: number): string {
  const plain = text.replaceAll(/\s*\n\s*/g, " ").replaceAll(/\p{Cc}/gu, "\u{fffd}");
  return plain.length <= most ? plain : `${plain.slice(0, most - 1)}…`;
}

function escaped(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(/[\\`*_[\]|@#~]/g, "\\$&");
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |`;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}

import type { Finding, Level, Verdict, Well } from "./finding.ts";
import { count, thisMachine } from "./finding.ts";

/** A finding with the whole command line to look further. */
export interface Told extends Omit<Finding, "command"> {
  readonly next: string;
}

/** What the doctor has to say. */
export interface Report {
  readonly stack: string;
  /** Worst first. */
  readonly findings: readonly Told[];
  /** By host, what is well there. */
  readonly well: Readonly<Record<string, string>>;
  /** Hosts that nobody asked, since they are declared down. */
  readonly down: readonly string[];
}

/** How somebody gets to a host, with a command or without. */
export type Reach = (host: string, command: string | undefined) => string;

export function report(
  stack: string,
  { findings, well }: Verdict,
  down: readonly string[],
  reach: Reach,
): Report {
  const told = findings.map(({ command, ...finding }) => ({
    ...finding,
    next: finding.host === thisMachine ? (command ?? "") : reach(finding.host, command),
  }));
  return { stack, findings: told, well: byHost(well), down };
}

function byHost(well: readonly Well[]): Record<string, string> {
  const hosts = new Map<string, string[]>();
  for (const { host, words } of well) hosts.set(host, [...(hosts.get(host) ?? []), words]);
  return Object.fromEntries([...hosts].map(([host, words]) => [host, words.join(", ")]));
}

/** 0 all is well, 7 something is not. */
export function exitStatus({ findings }: Report): 0 | 7 {
  return findings.length === 0 ? 0 : 7;
}

/** What it comes to, in one sentence. */
export function verdict({ stack, findings, down }: Report): string {
  const without = down.length === 0 ? "" : ` without ${down.join(", ")}, declared down`;
  if (findings.length === 0) return `All is well on ${stack}${without}.`;
  const number = (level: Level) => findings.filter((one) => one.level === level).length;
  const parts = [
    number("bad") > 0 ? `${number("bad")} bad` : "",
    number("look") > 0 ? `${number("look")} to look at` : "",
  ].filter((part) => part !== "");
  const hosts = new Set(findings.map(({ host }) => host)).size;
  return `Not well on ${stack}${without}: ${parts.join(", ")}, on ${count(hosts, "host")}.`;
}

/** For a terminal: a line for each finding with the next command below it, then a line for each host. */
export function asTable(report: Report): string {
  const rows = [
    ...report.findings.map(({ level, host, what, found }) => [level, host, what, found]),
    ...report.down.map((host) => ["down", host, "", "declared down: nobody asked it"]),
    ...Object.entries(report.well)
      .sort(([one], [other]) => one.localeCompare(other))
      .map(([host, words]) => ["fine", host, "", words]),
  ];
  const width = (at: number) => Math.max(0, ...rows.map((row) => row[at]?.length ?? 0));
  const widths = [5, width(1), Math.min(width(2), 36)];
  const draw = (row: readonly string[]) =>
    row
      .filter((cell, at) => at !== 2 || cell !== "")
      .map((cell, at) =>
        cell.padEnd(at < row.length - 1 && cell !== row[3] ? (widths[at] ?? 0) : 0),
      )
      .join("  ")
      .trimEnd();
  const below = " ".repeat(5 + 2 + (widths[1] ?? 0) + 2);
  const lines = rows.flatMap((row, index) => {
    const next = report.findings[index]?.next;
    return next === undefined ? [draw(row)] : [draw(row), `${below}$ ${next}`];
  });
  return `${[verdict(report), "", ...lines].join("\n")}\n`;
}

/** For programs. */
export function asJson(report: Report): string {
  return `${JSON.stringify({ ...report, status: exitStatus(report) }, undefined, 2)}\n`;
}

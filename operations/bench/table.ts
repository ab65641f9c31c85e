/** One table of what was measured. */
export interface Table {
  readonly title: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** A number for a person: three digits that count, at most two behind the point. */
export function round(number: number | undefined): string {
  if (number === undefined || !Number.isFinite(number)) return "-";
  return number.toFixed(Math.abs(number) >= 100 ? 0 : Math.abs(number) >= 10 ? 1 : 2);
}

/** As Markdown, aligned, so that a terminal shows it well too. */
export function asMarkdown({ title, head, rows }: Table): string {
  const widths = head.map((name, column) =>
    Math.max(name.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[]) =>
    `| ${widths.map((width, column) => (cells[column] ?? "").padEnd(width)).join(" | ")} |`;
  const rule = `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`;
  return [`## ${title}`, "", line(head), rule, ...rows.map(line), ""].join("\n");
}

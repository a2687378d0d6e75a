/**
 * Metrics as CSV (RFC 4180): a line for each update, a column for each metric. Columns come in the
 * order in which metrics first appear. What a row does not have is empty.
 */
import type { MetricsRow } from "./metrics-row.ts";

export const CSV = "metrics.csv";

/** The columns of some rows. */
export function columnsOf(rows: readonly MetricsRow[]): string[] {
  const several = rows.some(({ scenario }) => scenario !== undefined);
  const metrics = new Set(rows.flatMap((row) => Object.keys(row.metrics)));
  return [
    "update",
    ...(several ? ["scenario"] : []),
    ...["simulations", "evaluations", "bestValue", "bestGap"],
    ...[...metrics].map(columnOfMetric),
  ];
}

/** A metric that bears the name of another column is told apart. */
const columnOfMetric = (name: string): string => (OWN.includes(name) ? `metrics.${name}` : name);
const OWN = ["update", "scenario", "simulations", "evaluations", "bestValue", "bestGap"];

export const csvLine = (cells: readonly (string | number | null | undefined)[]): string =>
  `${cells.map(cellText).join(",")}\n`;

export function csvRow(row: MetricsRow, columns: readonly string[]): string {
  const { metrics, ...own } = row;
  const named = new Map<string, string | number | null | undefined>([
    ...Object.entries(own),
    ...Object.entries(metrics).map(([name, value]) => [columnOfMetric(name), value] as const),
  ]);
  return csvLine(columns.map((column) => named.get(column)));
}

function cellText(cell: string | number | null | undefined): string {
  if (cell === null || cell === undefined) return "";
  const text = String(cell);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

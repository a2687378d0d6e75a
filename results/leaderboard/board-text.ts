/** The ranked rows of a board as text and as tables for Markdown. */
import { formatCount, formatGap } from "../text/format.ts";
import type { Board, BoardRow, Track } from "./contract.ts";
import { budgetText } from "./tracks/tracks.ts";

type Tracks = Board["tracks"];

const HEAD = ["#", "method", "score", "95% interval", "mean gap", "fits"] as const;

export function boardText(tracks: Tracks, top: number): string {
  const groups = groupsOf(tracks);
  if (groups.length === 0) return "No entries.\n";
  return `${groups.map(({ title, rows }) => [title, ...aligned([HEAD, ...shown(rows, top)])].join("\n")).join("\n\n")}\n`;
}

/** One table for each track and budget class with entries, under its name. */
export function tableLines(tracks: Tracks, top: number): string[] {
  return groupsOf(tracks).flatMap(({ title, rows }, i) => [
    ...(i === 0 ? [] : [""]),
    `${title}:`,
    "",
    line(HEAD),
    "|---:|---|---:|---|---:|---:|",
    ...shown(rows, top).map(line),
  ]);
}

const README_TRACK = "makespan";
const README_ROWS = 6;

/** What the README shows: the top rows of the track with the most entries. */
export const boardBlock = ({ tracks }: Board): string[] =>
  tableLines(
    tracks.filter(({ track }) => track.id === README_TRACK),
    README_ROWS,
  );

/** The tracks as a table for Markdown. */
export const trackLines = (tracks: readonly Track[]): string[] => [
  line(["track", "objective", "scenarios", "what is judged"]),
  "|---|---|---:|---|",
  ...tracks.map(({ id, objective, scenarios, summary }) =>
    line([`\`${id}\``, objective, String(scenarios.length), summary]),
  ),
];

function groupsOf(tracks: Tracks): { title: string; rows: readonly BoardRow[] }[] {
  return tracks.flatMap(({ track, groups }) =>
    groups.map(({ budget, rows }) => ({
      title: `Track \`${track.id}\`, ${budgetText(budget)}, ${formatCount(rows.length)} entries`,
      rows,
    })),
  );
}

const shown = (rows: readonly BoardRow[], top: number): string[][] => rows.slice(0, top).map(cellsOf);

function cellsOf({ rank, entry, iqm, meanGap, feasibleCells, cells, isTrainedOnTest }: BoardRow): string[] {
  return [
    String(rank),
    `\`${entry.method}\`${isTrainedOnTest ? " (trained on test)" : ""}`,
    iqm.value.toFixed(3),
    `${iqm.low.toFixed(3)} to ${iqm.high.toFixed(3)}`,
    meanGap === null ? "none" : formatGap(meanGap),
    `${feasibleCells} of ${cells}`,
  ];
}

const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;

function aligned(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0].map((_, c) => Math.max(...rows.map((row) => row[c].length)));
  return rows.map((row) =>
    `  ${row.map((text, c) => (c === 1 ? text.padEnd(widths[c]) : text.padStart(widths[c]))).join("  ")}`.trimEnd(),
  );
}

/**
 * Aligned and indented text: pairs for help and lists, and tables of numbers. A cell is one line,
 * whatever the names in it.
 */
import { visibleName } from "../../results/text/visible.ts";

/** Two aligned columns of text. */
export function columns(given: readonly (readonly [string, string])[]): string[] {
  const rows = given.map(([left, right]) => [visibleName(left), visibleName(right)] as const);
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`);
}

/**
 * Two aligned columns; the right one wraps between words at a line width. A left text that is wider
 * than half a line has a line of its own.
 */
export function wrappedColumns(rows: readonly (readonly [string, string])[], lineWidth: number): string[] {
  const most = Math.floor(lineWidth / 2) - 4;
  const fitting = rows.map(([left]) => left.length).filter((length) => length <= most);
  const width = Math.max(0, ...fitting);
  const indent = " ".repeat(width + 4);
  return rows.flatMap(([left, right]) => {
    const lines = linesOf(right, lineWidth - indent.length).map((line) => `${indent}${line}`.trimEnd());
    if (left.length > width) return [`  ${left}`, ...lines.filter((line) => line !== "")];
    return [`  ${left.padEnd(width)}  ${lines[0].trimStart()}`.trimEnd(), ...lines.slice(1)];
  });
}

/** Text that wraps between words, indented. */
export function wrappedText(text: string, lineWidth: number, indent: string): string[] {
  return linesOf(text, lineWidth - indent.length).map((line) => `${indent}${line}`);
}

function linesOf(text: string, width: number): string[] {
  const lines = [""];
  for (const word of text.split(" ")) {
    const last = lines[lines.length - 1];
    if (last !== "" && last.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = last === "" ? word : `${last} ${word}`;
  }
  return lines;
}

/**
 * A row of titles and rows of the same length. The first column is left-aligned, the others
 * right-aligned.
 */
export function table(given: readonly (readonly string[])[]): string[] {
  const rows = given.map((row) => row.map(visibleName));
  const widths = rows[0].map((_, c) => Math.max(...rows.map((row) => row[c].length)));
  return rows.map((row) =>
    `  ${row.map((text, c) => (c === 0 ? text.padEnd(widths[c]) : text.padStart(widths[c]))).join("  ")}`.trimEnd(),
  );
}

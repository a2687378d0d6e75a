/**
 * A table as CSV (RFC 4180: commas, quotes where needed) and as LaTeX with the rules of the package
 * booktabs. Names from files may hold anything, so LaTeX's own characters are escaped.
 */
import { visibleName } from "../../text/visible.ts";
import type { ReportTable } from "./parts.ts";

export function csvOf({ columns, rows }: ReportTable): string {
  const lines = [columns.map(({ name }) => name), ...rows.map((row) => row.map(({ value }) => value ?? ""))];
  return `${lines.map((line) => line.map(csvCell).join(",")).join("\n")}\n`;
}

/** A spreadsheet takes a text that begins like a formula for one; a quote in front prevents it. */
function csvCell(value: string | number | boolean): string {
  const text = typeof value === "string" ? visibleName(value).replace(/^[=+@\-\t]/, "'$&") : String(value);
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** An environment `table` that needs `\usepackage{booktabs}` alone. */
export function latexOf({ caption, columns, rows }: ReportTable): string {
  const places = columns.map(({ align }) => (align === "left" ? "l" : "r")).join("");
  const lineOf = (cells: readonly string[]) => `    ${cells.map(latexText).join(" & ")} \\\\`;
  return [
    "% needs \\usepackage{booktabs}",
    "\\begin{table}",
    "  \\centering",
    `  \\caption{${latexText(caption)}}`,
    `  \\begin{tabular}{${places}}`,
    "    \\toprule",
    lineOf(columns.map(({ title }) => title)),
    "    \\midrule",
    ...rows.map((row) => lineOf(row.map(({ text }) => text))),
    "    \\bottomrule",
    "  \\end{tabular}",
    "\\end{table}",
    "",
  ].join("\n");
}

const COMMANDS: Readonly<Record<string, string>> = {
  "\\": "\\textbackslash{}",
  "~": "\\textasciitilde{}",
  "^": "\\textasciicircum{}",
  "<": "\\textless{}",
  ">": "\\textgreater{}",
};

export const latexText = (text: string): string =>
  visibleName(text).replace(/[\\~^<>&%$#_{}]/g, (letter) => COMMANDS[letter] ?? `\\${letter}`);

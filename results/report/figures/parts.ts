/**
 * What a report of a run is made of: tables and pictures, each with a name for its files. A table
 * is written as CSV with whole numbers and as LaTeX with rounded ones. A picture is SVG.
 */

export interface ReportColumn {
  /** Of CSV, such as `mean_gap`. */
  readonly name: string;
  /** Of LaTeX, such as `mean gap`. */
  readonly title: string;
  readonly align: "left" | "right";
}

export interface ReportCell {
  /** Null is empty in CSV. */
  readonly value: string | number | boolean | null;
  /** As a reader sees it. */
  readonly text: string;
}

export interface ReportTable {
  readonly kind: "table";
  /** Of its files, without an extension. */
  readonly name: string;
  readonly caption: string;
  readonly columns: readonly ReportColumn[];
  readonly rows: readonly (readonly ReportCell[])[];
  /** False for tables that are too long for a page of print. */
  readonly isPrinted: boolean;
}

export interface ReportPicture {
  readonly kind: "picture";
  readonly name: string;
  readonly svg: string;
}

export interface RunReport {
  readonly tables: readonly ReportTable[];
  readonly pictures: readonly ReportPicture[];
  /** What could not be drawn and why, one sentence each. */
  readonly notes: readonly string[];
}

export const column = (
  name: string,
  title: string = name,
  align: ReportColumn["align"] = "right",
): ReportColumn => ({ name, title, align });

/** A word, or a number that a reader sees as `text`. */
export function entry(value: ReportCell["value"], text?: string): ReportCell {
  return { value, text: text ?? (value === null ? "-" : String(value)) };
}

/** A name that any file system takes, and that no other part of the report has. */
export function fileName(words: readonly string[], taken: Set<string>): string {
  const plain = words
    .join("-")
    .replace(/[^\w.-]+/g, "-")
    .replace(/^[-.]+|[-.]+$/g, "")
    .slice(0, MOST_LETTERS);
  let name = plain;
  for (let n = 2; taken.has(name.toLowerCase()); n++) name = `${plain}-${n}`;
  taken.add(name.toLowerCase());
  return name;
}

const MOST_LETTERS = 100;

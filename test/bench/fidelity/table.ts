/** Rows of a CSV file by the names of its columns. Cells hold no commas. */
import { readFileSync, statSync } from "node:fs";
import { InputError } from "../../../env/index.ts";

export interface Row {
  /** For sentences: file and line. */
  readonly where: string;
  readonly line: number;
  has(column: string): boolean;
  text(column: string): string;
  /** A finite number above 0. */
  number(column: string): number;
  /** A whole number of at least 1. */
  count(column: string): number;
}

export function readTable(file: string): readonly Row[] {
  if (statSync(file).isDirectory()) throw new InputError(`${file} is a folder, expected a CSV file.`);
  return tableRows(readFileSync(file, "utf8"), file);
}

export function tableRows(text: string, file: string): readonly Row[] {
  const [header, ...lines] = text
    .replace(/^\uFEFF/, "")
    .trim()
    .split(/\r?\n/);
  const columns = header.split(",").map((name) => name.trim());
  const rows = lines.map((line, i) => rowOf(columns, line.split(","), { file, line: i + 2 }));
  if (rows.length > 0) return rows;
  throw new InputError(`${file} has no rows; expected a header and at least one row under it.`);
}

interface Place {
  readonly file: string;
  readonly line: number;
}

function rowOf(columns: readonly string[], cells: readonly string[], { file, line }: Place): Row {
  const where = `${file}, line ${line}`;
  if (cells.length !== columns.length)
    throw new InputError(`${where} has ${cells.length} cells, expected the ${columns.length} of the header.`);
  const text = (column: string): string => {
    const at = columns.indexOf(column);
    if (at === -1) throw new InputError(`${where}: there is no column "${column}".`);
    return cells[at].trim();
  };
  const number = (column: string): number => {
    const value = Number(text(column));
    if (text(column) !== "" && Number.isFinite(value) && value > 0) return value;
    throw new InputError(`${where}: "${column}" is "${text(column)}", expected a number above 0.`);
  };
  return {
    where,
    line,
    has: (column) => columns.includes(column),
    text,
    number,
    count(column) {
      const value = number(column);
      if (Number.isInteger(value)) return value;
      throw new InputError(`${where}: "${column}" is ${value}, expected a whole number.`);
    },
  };
}

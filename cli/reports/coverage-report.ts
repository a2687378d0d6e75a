/**
 * How much of a format's list of op types its importer knows: with a rule, without work by nature,
 * or unknown. A list is a text of one op type a line; empty lines and lines that begin with `#` are
 * left out.
 */
import { InputError } from "../../env/model/errors.ts";
import { formatCount } from "../../results/text/format.ts";
import type { Importer, OpCoverage } from "../../scenarios/import/contract.ts";
import { importers } from "../../scenarios/import/index.ts";
import { table } from "./columns.ts";

export interface CoverageRow {
  readonly format: string;
  /** Where the list came from. */
  readonly list: string;
  readonly types: number;
  readonly rule: number;
  readonly zeroCost: number;
  readonly unknown: number;
  readonly unknownTypes: readonly string[];
}

/** Throws `InputError` for a format without op types, and for a list without any. */
export function coverageOf(format: string, list: string, content: string): CoverageRow {
  const coverage = coverageBy(format);
  const lines = content.split(/\r?\n/).map((line) => line.replace(/[\p{Cc}\p{Cf}]+/gu, " ").trim());
  const types = [...new Set(lines.filter((line) => line !== "" && !line.startsWith("#")))];
  if (types.length === 0) throw new InputError(`The list "${list}" names no op type; expected one a line.`);
  const of = (wanted: OpCoverage) => types.filter((type) => coverage(type) === wanted);
  const unknownTypes = of("unknown").sort();
  return {
    format,
    list,
    types: types.length,
    rule: of("rule").length,
    zeroCost: of("zero-cost").length,
    unknown: unknownTypes.length,
    unknownTypes,
  };
}

function coverageBy(format: string): NonNullable<Importer["coverage"]> {
  const covered = importers.filter(({ coverage }) => coverage !== undefined);
  const coverage = covered.find(({ name }) => name === format)?.coverage;
  if (coverage !== undefined) return coverage;
  throw new InputError(
    `Flag --coverage names the format "${format}", expected one with op types: ${covered.map(({ name }) => name).join(", ")}.`,
  );
}

/** `listsUnknown` adds a line with the unknown types of each format. */
export function coverageText(rows: readonly CoverageRow[], listsUnknown: boolean): string {
  const heads = ["format", "op types", "with a rule", "zero-cost by nature", "unknown", "list"];
  const cells = rows.map(({ format, types, rule, zeroCost, unknown, list }) => [
    format,
    ...[types, rule, zeroCost, unknown].map(formatCount),
    list,
  ]);
  const unknown = rows.map(
    ({ format, unknownTypes }) => `Unknown of ${format}: ${unknownTypes.join(", ") || "none"}`,
  );
  return `${[...table([heads, ...cells]), ...(listsUnknown ? ["", ...unknown] : [])].join("\n")}\n`;
}

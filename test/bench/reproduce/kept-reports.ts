/** Reports of reproductions, a line of JSON for each paper, in the order of the registry. */
import { existsSync, readFileSync } from "node:fs";
import { papers } from "../../../results/reproduce/registry.ts";
import { REPRODUCTION_FORMAT, type ReproductionReport } from "../../../results/reproduce/report.ts";

export type KeptReports = ReadonlyMap<string, ReproductionReport>;

export const readReports = (path: string): KeptReports =>
  reportsIn(existsSync(path) ? readFileSync(path, "utf8") : "");

export function reportsIn(text: string): KeptReports {
  const reports = text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as ReproductionReport);
  const other = reports.find(({ format }) => format !== REPRODUCTION_FORMAT);
  if (other !== undefined) throw new Error(`A kept report has the format "${other.format}".`);
  return new Map(reports.map((report) => [report.paper, report]));
}

/** With the report in place of what was kept of its paper. */
export const withReport = (reports: KeptReports, report: ReproductionReport): KeptReports =>
  new Map([...reports, [report.paper, report]]);

export const linesOf = (reports: KeptReports): string =>
  papers
    .flatMap(({ id }) => reports.get(id) ?? [])
    .map((report) => `${JSON.stringify(report)}\n`)
    .join("");

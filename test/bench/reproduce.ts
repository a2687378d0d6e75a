/**
 * Takes reports of reproductions into docs/reproduce.jsonl and writes docs/reproduce.md from it.
 *
 *     npx tsx test/bench/reproduce.ts runs/heft runs/pesto
 *     npx tsx test/bench/reproduce.ts --page
 *
 * Each folder is one that `placement-gym reproduce PAPER --out FOLDER` has left. Its report
 * replaces what is kept of that paper. `--page` takes nothing in.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { readJson } from "../../results/files/sealed.ts";
import { papers } from "../../results/reproduce/registry.ts";
import type { ReproductionReport } from "../../results/reproduce/report.ts";
import { linesOf, readReports, withReport } from "./reproduce/kept-reports.ts";
import { pageOf } from "./reproduce/page.ts";

const pathOf = (name: string) => fileURLToPath(new URL(`../../docs/${name}`, import.meta.url));
const DATA = pathOf("reproduce.jsonl");

const folders = process.argv.slice(2).filter((name) => name !== "--page");
let reports = readReports(DATA);
for (const folder of folders) {
  const report = readJson(join(folder, "report.json")) as ReproductionReport | undefined;
  if (report === undefined)
    throw new Error(`"${folder}" holds no report.json; its reproduction has not ended.`);
  reports = withReport(reports, report);
}
if (folders.length > 0) writeFileSync(DATA, linesOf(reports));
writeFileSync(pathOf("reproduce.md"), pageOf(papers, reports));

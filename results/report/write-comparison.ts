/** A comparison on disk: the files of `write-report.ts` with the page of comparisons. */
import type { CompareReport } from "../comparison/compare.ts";
import { withoutTimes } from "../comparison/compare.ts";
import type { Origin } from "../page/origin.ts";
import type { RunDescription, RunInputs } from "../training/run-description.ts";
import { scenariosOf, writeReport } from "./write-report.ts";

/**
 * Returns the path of the page. What was at the same names is replaced; `cells-folder.ts` sees to
 * it that nothing else was there. Without an origin the page does not say where it comes from.
 *
 * Pages are loaded when one is written, so that commands that write none start sooner.
 */
export async function writeComparison(
  path: string,
  report: CompareReport,
  versions: RunDescription["versions"] = {},
  origin: Origin | null = null,
  inputs: RunInputs = { files: {}, options: {} },
): Promise<string> {
  const { request, times, cells } = report;
  const { renderPage } = await import("../page/page.ts");
  return writeReport(path, {
    kind: "compare",
    request,
    cells,
    versions,
    inputs,
    origin,
    times,
    report: withoutTimes(report),
    page: renderPage(report, await scenariosOf(request), origin),
  });
}

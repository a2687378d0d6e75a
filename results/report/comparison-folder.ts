/**
 * The folder of a comparison while it runs: `cells-folder.ts` with one budget. It grows by methods,
 * scenarios and seeds that are new.
 */
import { z } from "zod";
import type { CompareReport, CompareRequest } from "../comparison/compare.ts";
import type { Origin } from "../page/origin.ts";
import { sharedConfig } from "../training/train-config.ts";
import {
  type CellsFolder,
  type CellsFolderParts,
  type FolderRules,
  openCellsFolder,
} from "./cells-folder.ts";
import { writeComparison } from "./write-comparison.ts";

export type ComparisonParts = CellsFolderParts<CompareRequest>;

export interface ComparisonFolder extends CellsFolder<CompareRequest> {
  /** Returns the path of the page. */
  write(report: CompareReport, origin?: Origin | null): Promise<string>;
}

const rules: FolderRules<CompareRequest> = {
  kind: "compare",
  schema: z.strictObject({
    scenarios: z.array(z.string()).min(1),
    methods: z.array(z.string()).min(1),
    methodsOf: z.record(z.string(), z.array(z.string())).optional(),
    seeds: z.int().min(1),
    ...sharedConfig,
  }),
  fixed: ["seed", "budget", "objective", "backend"],
  grown: (before, asked) => {
    if (before.methodsOf === undefined && asked.methodsOf === undefined) return {};
    const scenarios = [...new Set([...before.scenarios, ...asked.scenarios])];
    const lists = scenarios.map((scenario) => [
      scenario,
      [...new Set([...methodsOn(scenario, before), ...methodsOn(scenario, asked)])],
    ]);
    return { methodsOf: Object.fromEntries(lists) };
  },
};

function methodsOn(scenario: string, { scenarios, methods, methodsOf }: CompareRequest): readonly string[] {
  return scenarios.includes(scenario) ? (methodsOf?.[scenario] ?? methods) : [];
}

export async function openComparison(parts: ComparisonParts): Promise<ComparisonFolder> {
  const folder = await openCellsFolder(parts, rules);
  const { path, versions } = parts;
  return Object.assign(folder, {
    write: (report: CompareReport, origin: Origin | null = null) =>
      writeComparison(path, report, versions, origin, folder.inputs),
  });
}

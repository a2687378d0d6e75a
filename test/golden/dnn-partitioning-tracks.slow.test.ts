/**
 * Plans for the profiled workloads that are better than the reference programs', and proven close
 * to the best there is.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { PlannerModule } from "../../agents/contract.ts";
import { latencySearch } from "../../agents/planners/placement/search/latency-search.ts";
import { maxLoadSearch } from "../../agents/planners/placement/search/max-load-search.ts";
import type { Objective } from "../../env/index.ts";
import { importFile } from "../../scenarios/index.ts";
import { runPlanner } from "../agents/planners/run-planner.ts";
import { sharedPath } from "../shared-folder.ts";

const data = sharedPath("data", "dnn-partitioning");

async function solved(objective: Objective, module: PlannerModule, workload: string) {
  const folder = objective === "latency" ? "latency-inputs" : "throughput-inputs";
  const text = readFileSync(join(data!, folder, `${workload}.json`), "utf8");
  const scenario = { ...importFile(text, workload).scenario, objective };
  const { best, report } = await runPlanner(module, scenario, { evaluations: 100_000 });
  return { valueMs: best!.outcome.value! / 1000, boundMs: report.bound!.value / 1000 };
}

describe.skipIf(data === null)("dnn-partitioning, placements of any kind", () => {
  test.each([
    // Limits: the better of Scotch and local search in the sheet. Shares: what may be left between
    // plan and bound.
    ["LayerGraphs/bert24_inference", 17.7776, 0.01],
    ["LayerGraphs/bert24_training", 39.9432, 0.01],
    ["LayerGraphs/gnmt_inference", 31.7827, 0.01],
    ["LayerGraphs/gnmt_training", 90.9476, 0.02],
    ["OperatorGraphs/bert_l-3_inference", 27.5741, 0.01],
    ["OperatorGraphs/resnet50_inference", 124.34885, 0.01],
    ["OperatorGraphs/bert_l-12_inference", 147.477984, 0.01],
  ])("max load of %s: at most %d ms, proven to a share of %d", async (workload, barMs, share) => {
    const { valueMs, boundMs } = await solved("max-load", maxLoadSearch as PlannerModule, workload);
    expect(valueMs).toBeLessThanOrEqual(barMs * (1 + 1e-6));
    expect(valueMs / boundMs).toBeLessThan(1 + share);
    expect(boundMs).toBeLessThanOrEqual(valueMs);
  });

  test.each([
    ["LayerGraphs/bert24_inference", 100.2185, 1e-6],
    ["LayerGraphs/gnmt_inference", 244.331, 0.04],
    ["LayerGraphs/resnet50_inference", 1443.793, 1e-6],
    ["OperatorGraphs/bert_l-3_inference", 414.441, 0.01],
    ["OperatorGraphs/resnet50_inference", 839.536, 1e-6],
  ])("latency of %s: at most %d ms, proven to a share of %d", async (workload, barMs, share) => {
    const { valueMs, boundMs } = await solved("latency", latencySearch as PlannerModule, workload);
    expect(valueMs).toBeLessThanOrEqual(barMs * (1 + 1e-6));
    expect(valueMs / boundMs).toBeLessThan(1 + share);
    expect(boundMs).toBeLessThanOrEqual(valueMs);
  });
});

/**
 * The integer programs on the smallest profiled workload: minutes of solver time, hence not in the
 * default tests.
 */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { ilp } from "../../agents/planners/placement/exact/ilp.ts";
import { importFile } from "../../scenarios/index.ts";
import { runPlanner } from "../agents/planners/run-planner.ts";
import { sharedPath } from "../shared-folder.ts";

const file = sharedPath(
  "data",
  "dnn-partitioning",
  "throughput-inputs",
  "LayerGraphs",
  "bert24_inference.json",
);

describe.skipIf(file === null)("the integer program on bert24_inference", () => {
  // On a busy machine the solver's guard of 120 s would come before its count of iterations.
  const seconds = 3600;
  const scenario = () => importFile(readFileSync(file!, "utf8"), "bert24_inference").scenario;

  test("proves the contiguous optimum of 17,789.906 us", async () => {
    const { best, report } = await runPlanner(ilp, scenario(), { options: { contiguous: true, seconds } });
    expect(best!.outcome.value).toBeCloseTo(17789.90625, 3);
    expect(report.facts![0]).toMatchObject({ name: "no contiguous plan is below", unit: "us" });
    expect(report.facts![0].value).toBeCloseTo(17789.906, 1);
    expect(report.bound).toBeUndefined();
  });

  test("finds a better plan that is not contiguous, and a bound on all plans", async () => {
    const { best, report } = await runPlanner(ilp, scenario(), { options: { seconds } });
    expect(best!.outcome.value).toBeLessThanOrEqual(17777.6);
    expect(report.bound!.value).toBeLessThanOrEqual(best!.outcome.value!);
    expect(report.bound!.value).toBeGreaterThan(15148);
  });
});

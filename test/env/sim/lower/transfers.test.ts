import { expect, test } from "vitest";
import { validatePlan } from "../../../../env/index.ts";
import type { PipelinePlan } from "../../../../env/model/plan/pipeline.ts";
import { runPipeline } from "../../../../env/sim/lower/run.ts";
import { referencePipeline } from "../../../../env/sim/reference/pipeline.ts";
import { drawnPipeline } from "./drawn-pipelines.ts";

test("a micro-batch that is not computed again takes the time and memory of the slow twin", () => {
  let compared = 0;
  for (let seed = 0; compared < 12; seed++) {
    const { scenario, plan: drawn } = drawnPipeline(seed, { networks: ["pairs"] });
    if (drawn.schedule.name !== "gpipe" || drawn.recompute === undefined) continue;
    const plan: PipelinePlan = { ...drawn, schedule: { name: "gpipe", recompute: "except-last" } };
    validatePlan(scenario, plan);
    const [fast, slow] = [runPipeline(scenario, plan), referencePipeline(scenario, plan)];
    expect(fast.iterationUs).toBeCloseTo(slow.iterationUs, 9);
    expect(fast.iterationUs).toBeLessThanOrEqual(runPipeline(scenario, drawn).iterationUs);
    for (const [device, bytes] of slow.peakBytes.entries())
      expect(fast.peakBytes[device]).toBeGreaterThanOrEqual(bytes - 1e-9);
    compared++;
  }
});

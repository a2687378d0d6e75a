import { describe, expect, test } from "vitest";
import { torchgpipe } from "../../../../../agents/planners/pipeline/gpipe/torchgpipe.ts";
import { parseGraph, type Scenario, testScenario } from "../../../../../env/index.ts";
import type { PipelinePlan } from "../../../../../env/model/plan/pipeline.ts";
import { Work } from "../../../../../env/sim/lower/costs/work.ts";
import { runPipeline } from "../../../../../env/sim/lower/run.ts";
import { trainingChain } from "../../../registry/tiny-pipelines.ts";
import { runPlanner } from "../../run-planner.ts";

const chainOf = (costs: readonly number[]) =>
  costs.map((us, v) => `op${v} ${us} 1B${v ? ` <- op${v - 1}` : ""}`);

function scenarioOf(graph: string, devices: number): Scenario {
  return testScenario({ graph: { ...parseGraph(graph), batch: 16 }, devices, objective: "iteration" });
}

async function planned(scenario: Scenario, options: Record<string, unknown> = {}) {
  const { best, report } = await runPlanner(torchgpipe, scenario, { options });
  return { plan: best!.plan as PipelinePlan, value: best!.outcome.value!, report };
}

describe("torchgpipe as a planner of pipelines", () => {
  test("cuts as the published program does, or exactly", async () => {
    const scenario = scenarioOf(chainOf(new Array(10).fill(6)).join("\n"), 4);
    const first = { name: "layers of each stage", value: "2, 2, 2, 4" };
    expect((await planned(scenario)).report.facts![0]).toEqual(first);
    const { report } = await planned(scenario, { fixed: true });
    expect(String(report.facts![0].value).split(", ").map(Number).sort()).toEqual([2, 2, 3, 3]);
  });

  test("leaves an accelerator without a block out and says so", async () => {
    const scenario = scenarioOf(chainOf([9, 10, 10, 10, 9, 9, 10, 10, 9]).join("\n"), 6);
    const { plan, report } = await planned(scenario);
    expect(plan.stages).toHaveLength(5);
    expect(report.facts).toContainEqual({ name: "accelerators used", value: "5 of 6" });
    expect((await planned(scenario, { fixed: true })).plan.stages).toHaveLength(6);
  });

  test("says where the published program has no answer", async () => {
    const { report } = await planned(scenarioOf(chainOf([1, 10, 1, 1, 1, 1, 10, 10]).join("\n"), 7));
    const value = "no answer; cut by the rule of its article";
    expect(report.facts).toContainEqual({ name: "published program", value });
  });

  test("by default computes one forward of each stage fewer again than always", async () => {
    const scenario = scenarioOf(trainingChain([10, 10, 10], { bytes: 0 }), 3);
    const again = async (checkpoint: string) => {
      const { plan } = await planned(scenario, { checkpoint, microBatches: 4 });
      const { tasks } = runPipeline(scenario, plan);
      const isAgain = (stage: number) => (work: number, task: number) =>
        work === Work.recompute && tasks.stage[task] === stage;
      return plan.stages.map((_, stage) => tasks.work.filter(isAgain(stage)).length);
    };
    expect(await again("never")).toEqual([0, 0, 0]);
    expect(await again("except_last")).toEqual([3, 3, 3]);
    expect(await again("always")).toEqual([4, 4, 4]);
    expect((await planned(scenario)).plan.schedule).toEqual({ name: "gpipe", recompute: "except-last" });
  });

  test("sends a long skip once, from its stage to the one that uses it", async () => {
    const graph = "a 10 4B,100B\nb 10 4B <- a\nc 10 4B <- b\nd 10 4B <- c a:1";
    const scenario = { ...scenarioOf(graph, 4) };
    const { plan } = await planned(scenario, { microBatches: 1 });
    const { costs } = runPipeline(scenario, plan);
    const carrying = costs.parcels.filter(({ bytes }) => bytes >= 100);
    expect(carrying.map(({ fromStage, toStage }) => [fromStage, toStage])).toEqual([[0, 3]]);
  });
});

/** Units on ranks of their own, of programs of one form, against units in the whole cluster. */
import { expect, test } from "vitest";
import { replicasOf, shardingInside } from "../../../../../env/model/plan/inside.ts";
import type { PipelinePlan } from "../../../../../env/model/plan/pipeline.ts";
import { createEngine } from "../../../../../env/sim/engine/engine.ts";
import { Work, type WorkCode, worksOf } from "../../../../../env/sim/lower/costs/work.ts";
import { createForms } from "../../../../../env/sim/lower/inside/program-form.ts";
import {
  type StageProgram,
  stageProgram,
  unitProgram,
} from "../../../../../env/sim/lower/inside/stage-program.ts";
import { createPipelineRunner } from "../../../../../env/sim/lower/run.ts";
import { partProgram } from "../../../../../env/sim/lower/sharding/program.ts";
import { lowerProgram } from "../../../../../env/sim/lower/sharding/tasks.ts";
import { machines } from "../machines.ts";
import { blockScenario, hybridPlan, megatronSplit } from "./blocks.ts";
import { drawnHybrid, hybridScenario as scenario } from "./drawn-hybrids.ts";

function programOf(given: typeof scenario, plan: PipelinePlan, stage: number): StageProgram {
  const outside = Uint8Array.from(plan.stageOf, (of) => (of === stage ? 0 : 1));
  const sharding = shardingInside(plan, stage, replicasOf(plan.stages[stage])[0]);
  return stageProgram(partProgram(given, sharding, outside), {
    graph: given.graph,
    outside,
    workOf: worksOf(given.graph, false),
  });
}

/** Time of a unit among all devices of the cluster. */
function unitUs(plan: PipelinePlan, stage: number, replica: number, work: WorkCode, share: number): number {
  const { program, ...borders } = unitProgram(programOf(scenario, plan, stage), work, share);
  if (program.instructions.length === 0) return 0;
  const alone = { ...scenario, fidelity: { ...scenario.fidelity, startUs: 0 } };
  const ranks = replicasOf(plan.stages[stage])[replica];
  const { compiled, device } = lowerProgram(alone, shardingInside(plan, stage, ranks), program, borders);
  return createEngine(compiled).run(device);
}

test("a unit takes as long as in the whole cluster, to the last bit", () => {
  const runner = createPipelineRunner(scenario);
  let compared = 0;
  for (let seed = 1000; seed < 1010; seed++) {
    const plan = drawnHybrid(seed);
    const { compiled, tasks, references } = runner.run(plan);
    const seen = new Set<string>();
    for (let v = 0; v < tasks.work.length; v++) {
      const [stage, replica, work] = [tasks.stage[v], tasks.replica[v], tasks.work[v]];
      const key = `${stage} ${replica} ${work}`;
      if (stage < 0 || work > Work.update || references.taskTime[v] === -1 || seen.has(key)) continue;
      seen.add(key);
      if (replicasOf(plan.stages[stage])[0].length === 1) continue;
      const us = unitUs(plan, stage, replica, work as WorkCode, references.taskShare[v]);
      expect(compiled.runUs[v]).toBe(us);
      compared++;
    }
  }
  expect(compared).toBeGreaterThan(30);
});

test("stages of as many equal blocks have one form, and other splits another one", () => {
  const own = blockScenario(8, machines([2, 2, 2, 2]));
  const formOf = createForms(own.graph);
  const stages = [0, 2, 4, 6].map((first) => ({
    devices: [first, first + 1],
    inside: { axes: [{ name: "tensor", size: 2 }] },
  }));
  const form = (plan: PipelinePlan, stage: number) => formOf(programOf(own, plan, stage));
  const plan = hybridPlan(own, stages, megatronSplit(0));
  expect(form(plan, 1)).toBe(form(plan, 2));
  expect(form(plan, 0)).not.toBe(form(plan, 1));
  const whole = hybridPlan(own, stages, (name, d) => (name === "in2" ? [] : megatronSplit(0)(name, d)));
  expect(form(whole, 1)).not.toBe(form(plan, 1));
});

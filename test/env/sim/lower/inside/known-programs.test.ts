/** Programs of alike stages, made once and numbered anew, against programs made for each. */
import { expect, test } from "vitest";
import { createRng } from "../../../../../env/index.ts";
import { replicasOf, shardingInside } from "../../../../../env/model/plan/inside.ts";
import type { PipelinePlan } from "../../../../../env/model/plan/pipeline.ts";
import { worksOf } from "../../../../../env/sim/lower/costs/work.ts";
import { createStagePrograms } from "../../../../../env/sim/lower/inside/known-programs.ts";
import { createStageParts } from "../../../../../env/sim/lower/inside/stage-part.ts";
import { type StageOps, stageProgram } from "../../../../../env/sim/lower/inside/stage-program.ts";
import { partProgram } from "../../../../../env/sim/lower/sharding/program.ts";
import { drawn } from "../../../../law-runs.ts";
import { machines } from "../machines.ts";
import { blockScenario, hybridPlan } from "./blocks.ts";

const scenario = blockScenario(8, machines([2, 2, 2, 2]), { optimizerSlots: 2 });
const { graph } = scenario;
const workOf = worksOf(graph, false);

/** Blocks of all stages have the same splits, but for at most one op. */
function drawnPlan(seed: number): { plan: PipelinePlan; recompute: Uint8Array } {
  const rng = createRng(`alike stages ${seed}`);
  const zero = rng.int(2) as 0 | 1;
  const stages = [0, 2, 4, 6].map((first) => ({
    devices: [first, first + 1],
    inside: { axes: [{ name: "part", size: 2 }], zero },
  }));
  const odd = rng.int(2) === 0 ? `in${rng.int(8)}` : "";
  const chosen = new Map<string, string>();
  const splitOf = (name: string, dimension: string): readonly number[] => {
    const known = name === odd ? name : name.replace(/\d+$/, "");
    if (!chosen.has(known)) chosen.set(known, ["b", "k", "h", "none"][rng.int(4)]);
    return chosen.get(known) === dimension ? [0] : [];
  };
  const again = rng.int(2);
  const recompute = Uint8Array.from(graph.names, (name) => (/^square\d$/.test(name) ? again : 0));
  return { plan: hybridPlan(scenario, stages, splitOf), recompute };
}

test("a program that is numbered anew is that which is made for the stage, to the last bit", () => {
  const programOf = createStagePrograms(scenario);
  const partOf = createStageParts(scenario);
  const texts = new Set<string>();
  let [shared, apart] = [0, 0];
  for (let seed = 0; seed < drawn(40); seed++) {
    const { plan, recompute } = drawnPlan(seed);
    plan.stages.forEach((own, stage) => {
      const sharding = shardingInside(plan, stage, replicasOf(own)[0]);
      const outside = Uint8Array.from(plan.stageOf, (of) => (of === stage ? 0 : 1));
      const ops: StageOps = { graph, outside, workOf, recompute };
      const { program } = programOf(sharding, ops);
      const { held, ...made } = stageProgram(partProgram(scenario, sharding, outside), ops);
      expect(program).toEqual({ ...made, held: expect.any(Set) });
      expect([...program.held]).toEqual([...held]);
      const { text } = partOf(sharding, ops);
      if (texts.has(text)) shared++;
      else apart++;
      texts.add(text);
    });
  }
  expect(shared).toBeGreaterThan(5);
  expect(apart).toBeGreaterThan(5);
});

test("what a plan says of single ops is in the text, by their places in the stage", () => {
  const partOf = createStageParts(scenario);
  const { plan } = drawnPlan(0);
  const textOf = (stage: number, parts: readonly number[]): string => {
    const outside = Uint8Array.from(plan.stageOf, (of) => (of === stage ? 0 : 1));
    const op = outside.indexOf(0);
    const ratios = [{ op, dimension: 0, parts }];
    const sharding = shardingInside(plan, stage, replicasOf(plan.stages[stage])[0]);
    const given = { ...sharding, split: sharding.split.map(() => null), ratios };
    return partOf(given, { outside, workOf }).text;
  };
  expect(textOf(1, [1, 2])).toBe(textOf(2, [1, 2]));
  expect(textOf(1, [1, 2])).not.toBe(textOf(1, [1, 3]));
});

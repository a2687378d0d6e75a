/** Small hybrid plans from a seed: stages, ranks, replicas, splits and schedules are drawn. */
import { expect } from "vitest";
import { createRng } from "../../../../../env/index.ts";
import type { PipelinePlan } from "../../../../../env/model/plan/pipeline.ts";
import { hybridCeilingUs } from "../../../../../env/sim/bounds/hybrid-ceiling.ts";
import { runPipeline } from "../../../../../env/sim/lower/run.ts";
import { evaluator } from "../../../../../env/sim/objectives/evaluator.ts";
import { machines } from "../machines.ts";
import { blockScenario, hybridPlan } from "./blocks.ts";

export const hybridScenario = blockScenario(3, machines([2, 2, 2], { latencyUs: 1 }), { optimizerSlots: 2 });
const DEVICES = [0, 1, 2, 3, 4, 5];

/** Some are run again by a runner that knows of no other plans. */
export function expectDrawnHybrids(firstSeed: number, count: number): void {
  const judge = evaluator(hybridScenario);
  const work = judge.bounds().find(({ covers }) => covers.includes("pipeline"))!.value;
  const ceiling = hybridCeilingUs(hybridScenario);
  expect(judge.ceiling).toBeGreaterThanOrEqual(ceiling);
  for (let seed = firstSeed; seed < firstSeed + count; seed++) {
    const plan = drawnHybrid(seed);
    const { value } = judge.evaluate(plan);
    expect(value).toBeGreaterThanOrEqual(work);
    expect(value).toBeLessThanOrEqual(ceiling);
    if (seed % 10 === 0) expect(runPipeline(hybridScenario, plan).iterationUs).toBe(value);
  }
}

export function drawnHybrid(seed: number): PipelinePlan {
  const rng = createRng(`hybrid ${seed}`);
  const ranks = [1, 2, 2, 3][rng.int(4)];
  const order = rng.shuffle(DEVICES);
  const stageCount = 1 + rng.int(Math.min(3, Math.floor(DEVICES.length / ranks)));
  const replicas = stageCount * ranks * 2 <= DEVICES.length ? 1 + rng.int(2) : 1;
  const width = ranks * replicas;
  const stages = Array.from({ length: stageCount }, (_, s) => ({
    devices: order.slice(s * width, (s + 1) * width),
    share: (["split", "dealt"] as const)[rng.int(2)],
    inside: { axes: [{ name: "part", size: ranks }], zero: rng.int(2) as 0 | 1 },
  }));
  /** The dimension of each op that is divided. */
  const chosen = new Map<string, string>();
  const splitOf = (name: string, dimension: string): readonly number[] => {
    if (!chosen.has(name)) chosen.set(name, ["b", "k", "h", "none"][rng.int(4)]);
    return chosen.get(name) === dimension ? [0] : [];
  };
  return hybridPlan(hybridScenario, stages, splitOf, {
    microBatches: 4 + rng.int(3),
    schedule: { name: ["gpipe", "1f1b", "dapple-pa"][rng.int(3)] },
    collective: (["ring", "tree", "hierarchical"] as const)[rng.int(3)],
  });
}

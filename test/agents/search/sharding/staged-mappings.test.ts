import { describe, expect, test } from "vitest";
import {
  climbStages,
  movedFirsts,
  singleLayers,
  stagedSpace,
} from "../../../../agents/search/sharding/staged-mappings.ts";
import { createRng, evaluator, validatePlan } from "../../../../env/index.ts";
import type { LayerChain } from "../../../../env/model/layers/layer-chain.ts";
import { rankCount } from "../../../../env/model/layout/mesh.ts";
import { machines } from "../../../env/sim/lower/machines.ts";
import { shardedScenario } from "../../../env/sim/lower/sharding/sharded.ts";
import { perceptron } from "../../problems/sharding/labels/small-networks.ts";

const scenario = shardedScenario(perceptron([8, 16, 16, 16, 8], 8), machines([4, 4]));
const chain = singleLayers(scenario) as LayerChain;
const devices = [...scenario.cluster.devices.keys()];

describe("an op that leaves its stage takes with it what lies between", () => {
  test.each([
    ["to the stage before", 5, -1, [0, 6, 8]],
    ["to the stage after", 5, 1, [0, 4, 5]],
    ["stays", 5, 0, null],
    ["not before the first stage", 2, -1, null],
    ["not after the last stage", 9, 1, null],
    ["not the last layer of a stage, before", 7, -1, null],
    ["not the first layer of a stage, after", 4, 1, null],
  ])("%s", (_, layer, by, expected) => {
    expect(movedFirsts([0, 4, 8], 10, layer, by)).toEqual(expected);
  });
});

test("the last axis counts stages of equally many layers, the others divide what is in one", () => {
  const space = stagedSpace(chain, devices, [2, 4], 2)!;
  const plan = space.planOf(space.startOf(space.mappings.dataParallel));
  validatePlan(scenario, plan);
  expect(plan.stages.map((stage) => stage.devices)).toEqual([
    [0, 1],
    [2, 3],
    [4, 5],
    [6, 7],
  ]);
  const lengths = plan.stages.map((_, stage) => {
    const layers = new Set([...chain.layerOf].filter((_layer, v) => plan.stageOf[v] === stage));
    return layers.size;
  });
  expect(Math.max(...lengths) - Math.min(...lengths)).toBeLessThanOrEqual(1);
});

test("there are no pipelines of one stage, nor of more stages than layers", () => {
  expect(stagedSpace(chain, devices.slice(0, 2), [2, 1], 2)).toBeNull();
  const many = Array.from({ length: chain.count + 1 }, (_, d) => d);
  expect(stagedSpace(chain, many, [chain.count + 1], 2)).toBeNull();
});

test.each([[[2, 4]], [[4, 2]], [[2, 2, 2]]])(
  "a climb on %j never gets dearer, and all its plans are valid",
  (sizes) => {
    const space = stagedSpace(chain, devices.slice(0, rankCount(sizes)), sizes, 4)!;
    const score = evaluator(scenario);
    const rng = createRng(3);
    const costs: number[] = [];
    let plans = 0;
    const costOf = (mapping: Parameters<typeof space.planOf>[0]): number => {
      const plan = space.planOf(mapping);
      validatePlan(scenario, plan);
      plans++;
      return score.evaluate(plan).cost;
    };
    for (const { cost } of climbStages(space, rng, space.mappings.random(rng), { patience: 12, costOf }))
      costs.push(cost);
    expect(costs.length).toBeGreaterThan(1);
    expect(plans).toBeGreaterThan(12);
    for (const [i, cost] of costs.entries()) if (i > 0) expect(cost).toBeLessThan(costs[i - 1]);
  },
);

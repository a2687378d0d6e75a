import { expect, test } from "vitest";
import { dataParallelPlan } from "../../../../agents/problems/sharding/macros/data-parallel.ts";
import { megatronPlan } from "../../../../agents/problems/sharding/macros/megatron.ts";
import { meshOf } from "../../../../agents/problems/sharding/mesh/meshes.ts";
import { keptSizes, movedBytes } from "../../../../agents/search/sharding/kept-plan.ts";
import { machines } from "../../../env/sim/lower/machines.ts";
import { shardedScenario } from "../../../env/sim/lower/sharding/sharded.ts";
import { perceptron } from "../../problems/sharding/labels/small-networks.ts";

test.each([
  [[4, 2], 6, [3, 2]],
  [[8], 6, [6]],
  [[2, 4], 6, [2, 3]],
  [[4, 4], 6, [6, 1]],
])("a mesh of %j for %i devices is %j", (sizes, count, kept) => {
  expect(keptSizes(sizes, count)).toEqual(kept);
});

const scenario = shardedScenario(perceptron([16, 32, 8], 8), machines([4]));
const WEIGHTS = (16 * 32 + 32 * 8) * 8;

test("weights that all devices hold need not move, those of a new device do", () => {
  const on = (devices: number[]) => dataParallelPlan(scenario.graph, meshOf(devices, [devices.length]));
  expect(movedBytes(scenario, on([0, 1, 2, 3]), on([0, 1]))).toBe(0);
  expect(movedBytes(scenario, on([0, 1]), on([0, 1, 2]))).toBeCloseTo(WEIGHTS, 9);
});

test("a rank that gets twice as large a part lacks half of it", () => {
  const on = (devices: number[]) => megatronPlan(scenario.graph, meshOf(devices, [1, devices.length]));
  // Ranks 0 and 1 had quarters 0 and 1 of each weight. Now they need halves 0 and 1.
  expect(movedBytes(scenario, on([0, 1, 2, 3]), on([0, 1]))).toBeCloseTo(WEIGHTS * (1 / 4 + 1 / 2), 9);
});

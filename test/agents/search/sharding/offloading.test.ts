/** Plans that fit by what they keep on their hosts. */
import { expect, test } from "vitest";
import type { PlannerModule } from "../../../../agents/contract.ts";
import { dataParallelPlan } from "../../../../agents/problems/sharding/macros/data-parallel.ts";
import { meshOf } from "../../../../agents/problems/sharding/mesh/meshes.ts";
import { methods } from "../../../../agents/registry/registry.ts";
import { offloadedToFit } from "../../../../agents/search/sharding/offloading.ts";
import { recomputeFlags, recomputeSegments } from "../../../../agents/search/sharding/recompute-segments.ts";
import { shardingChanges } from "../../../../agents/search/sharding/single-changes.ts";
import { evaluator } from "../../../../env/index.ts";
import type { ShardingPlan } from "../../../../env/model/plan/sharding.ts";
import { hosted } from "../../../env/sim/lower/hosted.ts";
import { machines } from "../../../env/sim/lower/machines.ts";
import { shardedScenario } from "../../../env/sim/lower/sharding/sharded.ts";
import { runPlanner } from "../../planners/run-planner.ts";
import { squares } from "../../problems/sharding/labels/small-networks.ts";

const network = squares(8, 4, 64);
const free = shardedScenario(network, hosted(2, 100), { optimizerSlots: 8 });
const plan = dataParallelPlan(network.graph, meshOf([0, 1], [2]));
const peakOf = (each: ShardingPlan) => {
  const { peakBytes } = evaluator(free).evaluate(each);
  return Math.max(peakBytes[0], peakBytes[1]);
};
const segments = recomputeSegments(network.graph);
const withFirst = (count: number): ShardingPlan => ({
  ...plan,
  offload: { activations: recomputeFlags(network.graph, segments, count) },
});

test("as few segments go to the host as trying all numbers finds, with the optimizer or without", () => {
  const peaks = segments.map((_, i) => peakOf(withFirst(i + 1)));
  const limit = peaks[peaks.length - 2];
  const [activations, optimizer] = offloadedToFit(free, plan, (each) => peakOf(each) <= limit);
  const least = peaks.findIndex((peak) => peak <= limit) + 1;
  expect(activations.offload).toEqual(withFirst(least).offload);
  expect(optimizer.offload!.optimizer).toBe(true);
  expect(peakOf(optimizer)).toBeLessThanOrEqual(limit);
  expect(offloadedToFit(free, plan, () => false)).toEqual([]);
});

test("without a CPU nothing is offloaded, and no change of a plan does it", () => {
  const alone = shardedScenario(network, machines([2]));
  expect(offloadedToFit(alone, plan, () => true)).toEqual([]);
  expect(shardingChanges(alone, plan).some(({ kind }) => kind === "offload")).toBe(false);
  expect(shardingChanges(free, plan).filter(({ kind }) => kind === "offload")).toHaveLength(2);
});

test("the search finds a plan that fits by the host where recomputation alone does not", async () => {
  const all = recomputeFlags(network.graph, segments, segments.length);
  const limit = Math.max(
    peakOf({ ...plan, offload: { optimizer: true, activations: all } }),
    peakOf({ ...plan, memory: { zero: 3 }, offload: { optimizer: true } }),
  );
  const devices = free.cluster.devices.map((device) =>
    device.kind === "cpu" ? device : { ...device, memoryBytes: limit },
  );
  const tight = shardedScenario(network, { ...free.cluster, devices }, { optimizerSlots: 8 });
  const search = methods.find(({ card }) => card.id === "sharding-search") as PlannerModule;
  const { report } = await runPlanner(search, tight, { evaluations: 120 });
  expect(report.facts).toContainEqual(expect.objectContaining({ name: "plans that fit by offloading" }));
});

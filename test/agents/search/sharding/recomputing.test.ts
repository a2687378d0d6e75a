import { expect, test } from "vitest";
import type { PlannerModule } from "../../../../agents/contract.ts";
import { dataParallelPlan } from "../../../../agents/problems/sharding/macros/data-parallel.ts";
import { meshOf } from "../../../../agents/problems/sharding/mesh/meshes.ts";
import { methods } from "../../../../agents/registry/registry.ts";
import { recomputeFlags, recomputeSegments } from "../../../../agents/search/sharding/recompute-segments.ts";
import { fewestRecomputed } from "../../../../agents/search/sharding/recomputing.ts";
import { evaluator } from "../../../../env/index.ts";
import type { ShardingPlan } from "../../../../env/model/plan/sharding.ts";
import type { Scenario } from "../../../../env/model/scenario.ts";
import { machines } from "../../../env/sim/lower/machines.ts";
import { shardedScenario } from "../../../env/sim/lower/sharding/sharded.ts";
import { runPlanner } from "../../planners/run-planner.ts";
import { squares } from "../../problems/sharding/labels/small-networks.ts";

/** Activations of 8 layers are nearly all of the memory. */
const network = squares(8, 4, 64);
const free = shardedScenario(network, machines([2]));
const plan = dataParallelPlan(network.graph, meshOf([0, 1], [2]));
const peakOf = (each: ShardingPlan) => Math.max(...evaluator(free).evaluate(each).peakBytes);

function withMemory(memoryBytes: number): Scenario {
  const cluster = machines([2]);
  return shardedScenario(network, {
    ...cluster,
    devices: cluster.devices.map((device) => ({ ...device, memoryBytes })),
  });
}

test("segments keep what others read: all but one op of each", () => {
  const segments = recomputeSegments(network.graph);
  expect(segments.length).toBeGreaterThan(1);
  const flags = recomputeFlags(network.graph, segments, segments.length);
  expect(peakOf({ ...plan, recompute: flags })).toBeLessThan(0.85 * peakOf(plan));
});

test("the fewest of them are as few as trying all numbers finds", () => {
  const segments = recomputeSegments(network.graph);
  const peaks = segments.map((_, i) =>
    peakOf({ ...plan, recompute: recomputeFlags(network.graph, segments, i + 1) }),
  );
  for (const limit of new Set(peaks)) {
    const least = peaks.findIndex((peak) => peak <= limit) + 1;
    const found = fewestRecomputed(free, plan, (each) => peakOf(each) <= limit);
    expect(found!.recompute).toEqual(recomputeFlags(network.graph, segments, least));
  }
  expect(fewestRecomputed(free, plan, () => false)).toBeNull();
});

test("the search finds a plan that fits by recomputation where none fits without", async () => {
  const flags = recomputeFlags(network.graph, recomputeSegments(network.graph), 99);
  const tight = withMemory(peakOf({ ...plan, recompute: flags }));
  const search = methods.find(({ card }) => card.id === "sharding-search") as PlannerModule;
  const { best, report } = await runPlanner(search, tight, { evaluations: 120 });
  expect(best!.outcome.feasible).toBe(true);
  expect((best!.plan as ShardingPlan).recompute).toContain(1);
  const { recompute: _, ...kept } = best!.plan as ShardingPlan;
  expect(evaluator(tight).evaluate(kept).feasible).toBe(false);
  expect(report.facts).toContainEqual(expect.objectContaining({ name: "plans that fit by recomputation" }));
});

/** Whatever the splits, ratios, halos and layouts of stages, they compute what one device does. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type OpGraph, Role } from "../../../../../env/model/graph/graph.ts";
import type { PipelinePlan } from "../../../../../env/model/plan/pipeline.ts";
import { checkPipeline } from "../../../../../env/model/plan/pipeline-checks.ts";
import type { ShardingPlan } from "../../../../../env/model/plan/sharding.ts";
import { drawn } from "../../../../law-runs.ts";
import { machines } from "../machines.ts";
import { mlp, type NumberedGraph } from "../sharding/numbered-graph.ts";
import { shardingPlans } from "../sharding/random-plans.ts";
import { shardedScenario } from "../sharding/sharded.ts";
import { convolved, windows } from "../sharding/windows.ts";
import { executeStages, numbersOfOneDevice } from "./executed-stages.ts";

const SAME = { kernel: 3, stride: 1, padding: 1 };
const HALF = { kernel: 3, stride: 2, padding: 1 };
const RANKS = 4;

/** Forward ops from a place on are in the second stage, with their twins. */
function stagesOf(graph: OpGraph, cut: number): Int32Array {
  const forward = Array.from(graph.topologicalOrder).filter((v) => graph.role[v] === Role.forward);
  const stageOf = new Int32Array(graph.opCount);
  for (const v of forward.slice(cut)) stageOf[v] = 1;
  for (const v of graph.topologicalOrder)
    if (graph.role[v] !== Role.forward) stageOf[v] = graph.twin[v] === -1 ? 1 : stageOf[graph.twin[v]];
  return stageOf;
}

/** A stage for each half of the ops, both divided as a sharding divides them. */
function hybridOf(graph: OpGraph, cut: number, sharding: ShardingPlan): PipelinePlan {
  const { mesh, split, ratios, layouts, recompute, memory } = sharding;
  const inside = { axes: mesh.axes, zero: Math.min(1, memory?.zero ?? 0) as 0 | 1 };
  const { devices } = mesh;
  return {
    kind: "pipeline",
    stageOf: stagesOf(graph, cut),
    stages: [
      { devices, share: "split", inside },
      { devices: devices.map((d) => d + RANKS), share: "split", inside },
    ],
    microBatches: 1,
    schedule: { name: "gpipe" },
    split,
    ratios: ratios ?? [],
    layouts: layouts ?? [],
    recompute: recompute ?? new Uint8Array(graph.opCount),
  };
}

function expectNumbersOfStages(numbered: NumberedGraph, plans: number): number {
  const { graph } = numbered;
  const scenario = shardedScenario(numbered, machines([RANKS, RANKS]));
  const forwardOps = graph.role.filter((role) => role === Role.forward).length;
  const known = numbersOfOneDevice(numbered);
  const expected = Object.fromEntries(known);
  let steps = 0;
  fc.assert(
    fc.property(shardingPlans(graph, RANKS), fc.integer({ min: 1, max: forwardOps - 1 }), (sharding, cut) => {
      const plan = hybridOf(graph, cut, sharding);
      checkPipeline(scenario, plan);
      const { results, moves } = executeStages(numbered, plan, known);
      steps += moves;
      expect(Object.fromEntries(results)).toEqual(expected);
    }),
    { numRuns: plans },
  );
  return steps;
}

describe.each([
  ["an MLP", mlp({ b: 4, k: 3, h: 6, n: 2 })],
  ["convolutions", windows(3, [convolved(12, SAME), convolved(12, HALF)])],
])("two stages of %s", (_, numbered) => {
  test("give the numbers of one device, from what each unit holds", () => {
    expect(expectNumbersOfStages(numbered, drawn(20))).toBeGreaterThan(10);
  });
});

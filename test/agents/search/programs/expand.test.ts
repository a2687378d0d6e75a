import { expect, test } from "vitest";
import { regionSplits } from "../../../../agents/problems/pipeline/region-splits.ts";
import { tensorRegions } from "../../../../agents/problems/pipeline/tensor-regions.ts";
import { runProgram } from "../../../../agents/search/programs/clocks.ts";
import { rankCosts } from "../../../../agents/search/programs/costs.ts";
import type { Degrees } from "../../../../agents/search/programs/degrees.ts";
import { type Expansion, expandedProgram } from "../../../../agents/search/programs/expand.ts";
import { checkTypes } from "../../../../agents/search/programs/program.ts";
import { replicatedPlan, type ShardingPlan } from "../../../../env/model/plan/sharding.ts";
import { shardedProgram } from "../../../../env/sim/lower/sharding/program.ts";
import { machines } from "../../../env/sim/lower/machines.ts";
import { execute } from "../../../env/sim/lower/sharding/execute.ts";
import { shardedScenario } from "../../../env/sim/lower/sharding/sharded.ts";
import { perceptron } from "../../problems/sharding/labels/small-networks.ts";
import { numbersIn } from "./execute-program.ts";

const network = perceptron([4, 8, 4, 8, 4], 16);
const { graph } = network;
const scenario = shardedScenario(network, machines([8]));

/** Layers in order over the stages; what has no number is at the end. */
function expansionOf(degrees: Degrees, ranks: Expansion["ranks"], order: Expansion["order"]): Expansion {
  const stageOf = Int32Array.from(graph.names, (name) => {
    if (name === "x") return 0;
    const layer = /\d/.exec(name);
    return layer === null ? degrees.pipeline - 1 : Math.floor((Number(layer[0]) * degrees.pipeline) / 4);
  });
  const regions = tensorRegions(graph, degrees.tensor);
  const plan: ShardingPlan = {
    kind: "sharding",
    mesh: {
      axes: [{ name: "tensor", size: degrees.tensor }],
      devices: Array.from({ length: degrees.tensor }, (_, d) => d),
    },
    split: regionSplits(graph, stageOf, () => regions),
  };
  return {
    graph,
    stageOf,
    degrees,
    order,
    costs: rankCosts(scenario, plan, 0, 1),
    optimizerSlots: 0,
    ranks,
  };
}

const shapes = [
  { data: 4, tensor: 1, pipeline: 1, microBatches: 1 },
  { data: 1, tensor: 4, pipeline: 1, microBatches: 1 },
  { data: 1, tensor: 1, pipeline: 4, microBatches: 4 },
  { data: 2, tensor: 2, pipeline: 2, microBatches: 4 },
  { data: 1, tensor: 2, pipeline: 4, microBatches: 8 },
].flatMap((degrees) => (["fifo", "1f1b"] as const).map((order) => [degrees, order] as const));

test.each(shapes)("%o, %s: a typed program that computes the numbers of one device", (degrees, order) => {
  const program = expandedProgram(expansionOf(degrees, "all", order));
  checkTypes(program);
  const one = { axes: [{ name: "one", size: 1 }], devices: [0] };
  const none = { name: "none", devices: [], links: [], routes: [] };
  const plan = replicatedPlan(graph, one);
  const expected = execute(network, shardedProgram({ graph, cluster: none }, plan));
  const regions = tensorRegions(graph, degrees.tensor);
  const found = numbersIn(network, program, degrees, regions.dimension);
  let compared = 0;
  for (const [name, numbers] of found) {
    expect([name, numbers]).toEqual([name, expected.get(name)]);
    compared++;
  }
  expect(compared).toBeGreaterThan(12);
});

test.each(shapes)("%o, %s: the first ranks alone take as long and as much memory", (degrees, order) => {
  const all = runProgram(expandedProgram(expansionOf(degrees, "all", order)));
  const first = runProgram(expandedProgram(expansionOf(degrees, "first", order)));
  expect(first.latencyUs).toBeCloseTo(all.latencyUs, 9);
  const leaders = first.peakBytes.map((_, stage) => all.peakBytes[stage * degrees.data * degrees.tensor]);
  expect([...first.peakBytes]).toEqual([...leaders]);
});

/** A small network expanded by DistIR's transforms. */
import { rankCosts } from "../../../../../agents/search/pipelines/programs/costs.ts";
import type { Degrees } from "../../../../../agents/search/pipelines/programs/degrees.ts";
import type { Expansion } from "../../../../../agents/search/pipelines/programs/expand.ts";
import { insideOf, splitsInside, TENSOR } from "../../../../../env/model/layers/stage-families.ts";
import type { ShardingPlan } from "../../../../../env/model/plan/sharding.ts";
import { machines } from "../../../../env/sim/lower/machines.ts";
import { shardedScenario } from "../../../../env/sim/lower/sharding/sharded.ts";
import { perceptron } from "../../../problems/sharding/labels/small-networks.ts";

export const network = perceptron([4, 8, 4, 8, 4], 16);
const { graph } = network;
const scenario = shardedScenario(network, machines([8]));

/** Layers in order over the stages; what has no number is at the end. */
export function expansionOf(
  degrees: Degrees,
  ranks: Expansion["ranks"],
  order: Expansion["order"],
): Expansion {
  const stageOf = Int32Array.from(graph.names, (name) => {
    if (name === "x") return 0;
    const layer = /\d/.exec(name);
    return layer === null ? degrees.pipeline - 1 : Math.floor((Number(layer[0]) * degrees.pipeline) / 4);
  });
  const inside = insideOf({ tensor: degrees.tensor, zero: false }, degrees.tensor);
  const devices = Array.from({ length: degrees.tensor }, (_, d) => d);
  const stages = Array.from({ length: degrees.pipeline }, () => ({
    devices,
    share: "split" as const,
    ...(inside !== null && { inside }),
  }));
  const plan: ShardingPlan = {
    kind: "sharding",
    mesh: {
      axes: [{ name: TENSOR, size: degrees.tensor }],
      devices,
    },
    split: splitsInside(graph, stageOf, stages) ?? new Array<null>(graph.opCount).fill(null),
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

export const shapes = [
  { data: 4, tensor: 1, pipeline: 1, microBatches: 1 },
  { data: 1, tensor: 4, pipeline: 1, microBatches: 1 },
  { data: 1, tensor: 1, pipeline: 4, microBatches: 4 },
  { data: 2, tensor: 2, pipeline: 2, microBatches: 4 },
  { data: 1, tensor: 2, pipeline: 4, microBatches: 8 },
].flatMap((degrees) => (["fifo", "1f1b"] as const).map((order) => [degrees, order] as const));

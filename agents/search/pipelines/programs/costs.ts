/**
 * DistIR's model of costs (Santhanam et al., EuroMLSys 2021, released code). A product takes a
 * launch, the time to read its inputs and the time of its operations, added up. What moves elements
 * alone takes a launch. Sends take their bytes over the bandwidth; nothing has a latency or shares
 * a link.
 */
import { type OpGraph, Role } from "../../../../env/model/graph/graph.ts";
import { localShare, partLength } from "../../../../env/model/layout/layout.ts";
import { naturalLayouts, workShare } from "../../../../env/model/layout/natural.ts";
import { dataEdges, iterationOf, type ShardingPlan, splitOf } from "../../../../env/model/plan/sharding.ts";
import type { Scenario } from "../../../../env/model/scenario.ts";

/** Costs of one rank among those that share an op. */
export interface RankCosts {
  /** us of an op on a share of the batch. */
  opUs(v: number, share: number): number;
  /** Bytes of an output on a rank, and whether it is a partial sum; by port. */
  readonly outputBytes: Float64Array;
  readonly isPartial: Uint8Array;
  /** Weights of an op on a rank. */
  weightBytes(v: number): number;
  sendUs(bytes: number): number;
  allReduceUs(bytes: number, ranks: number): number;
  addUs(bytes: number): number;
}

const MOVES = new Set(["Concat", "Gather", "Identity", "Reshape", "Slice", "Split", "Transpose"]);

/** `plan`: how ranks divide ops; its mesh has one axis. Rates are those of `device`. */
export function rankCosts(
  { graph, cluster }: Scenario,
  plan: ShardingPlan,
  device: number,
  bytesPerUs: number,
): RankCosts {
  const { memoryBytesPerUs, launchUs, flopsPerUs } = cluster.devices[device];
  const speed = flopsPerUs[graph.dtype] ?? Math.max(...Object.values(flopsPerUs));
  const sizes = plan.mesh.axes.map(({ size }) => size);
  const outputBytes = graph.outputBytes.slice();
  const isPartial = new Uint8Array(outputBytes.length);
  const readBytes = new Float64Array(graph.opCount);
  const weights = graph.parameterBytes.slice();
  const work = new Float64Array(graph.opCount).fill(1);
  for (let v = 0; v < graph.opCount; v++) {
    const edges = dataEdges(graph, v);
    readBytes[v] = edges.reduce((sum, e) => sum + graph.edgeBytes[e], 0) + readWeights(graph, v);
    const [iteration, split] = [iterationOf(graph, v), splitOf(graph, plan, v)];
    if (iteration === null || split === null || split.every((axes) => axes.length === 0)) continue;
    const natural = naturalLayouts(iteration, split);
    const shareOf = (
      tensor: { shape: readonly number[] },
      i: number,
      layouts: typeof natural.inputs,
    ): number => localShare(tensor.shape, layouts[i], sizes);
    work[v] = workShare(iteration, split, (length, axes) => partLength(length, axes, sizes));
    iteration.outputs.forEach((tensor, i) => {
      outputBytes[graph.outputStart[v] + i] *= shareOf(tensor, i, natural.outputs);
      isPartial[graph.outputStart[v] + i] = Number(natural.outputs[i].partial.length > 0);
    });
    const weightShare =
      iteration.parameters.length === 0 ? 1 : shareOf(iteration.parameters[0], 0, natural.parameters);
    weights[v] *= weightShare;
    readBytes[v] =
      edges.reduce(
        (sum, e, i) => sum + graph.edgeBytes[e] * shareOf(iteration.inputs[i], i, natural.inputs),
        0,
      ) +
      readWeights(graph, v) * weightShare;
  }
  return {
    outputBytes,
    isPartial,
    weightBytes: (v) => weights[v],
    opUs(v, share) {
      if (MOVES.has(graph.types[v])) return launchUs;
      return (
        launchUs + (readBytes[v] * share) / memoryBytesPerUs + (graph.flops[v] * work[v] * share) / speed
      );
    },
    sendUs: (bytes) => bytes / bytesPerUs,
    allReduceUs: (bytes, ranks) => (2 * (ranks - 1) * bytes) / ranks / bytesPerUs,
    addUs: (bytes) => launchUs + (2 * bytes) / memoryBytesPerUs,
  };
}

/** Weights that an op reads: its own, or its forward twin's. */
const readWeights = ({ parameterBytes, role, twin }: OpGraph, v: number): number =>
  parameterBytes[v] > 0 || role[v] === Role.forward || twin[v] === -1
    ? parameterBytes[v]
    : parameterBytes[twin[v]];

/**
 * FTPipe's partitioning (Eliad et al., USENIX ATC 2021). Layers are coarsened to L blocks, blocks
 * go to GPUs, and runs of blocks on one GPU are stages. Layers at the borders of stages are then
 * refined. That is done for each L of a list, and the cheapest result counts.
 *
 * Blocks that are not adjacent may share a GPU, so the pipeline has up to L stages on P GPUs.
 */
import { InputError } from "../../../env/model/errors.ts";
import { createRng } from "../../../env/model/rng.ts";
import { assignJobs, type JobOrder } from "./assignment.ts";
import { coarsen } from "./coarsening.ts";
import type { Contraction } from "./contraction.ts";
import { bestAssignment } from "./exhaustive.ts";
import { type LayerGraph, layerWeights, type MixedStages, type WeightRule } from "./layer-graph.ts";
import { refineStages } from "./refine.ts";
import { stagesOfRuns, stageTimes, worstStage } from "./stage-cost.ts";

export interface MixedPipeOptions {
  readonly gpus: number;
  readonly memoryBytes: number;
  /** Numbers of blocks to try; the article's default is twice the GPUs. */
  readonly blocks: readonly number[];
  /** `exhaustive` tries every assignment, as far as `limit` allows. */
  readonly assign: JobOrder | "exhaustive";
  readonly mode: "paper" | "code";
  readonly weight: WeightRule;
  /** How much faster a GPU's own memory is than the link between GPUs. */
  readonly sameGpuSpeedup: number;
  readonly seed: number;
  /** Assignments that `exhaustive` tries at most. */
  readonly limit: number;
}

export interface MixedPipe extends MixedStages {
  /** Cost of the most expensive stage. */
  readonly costUs: number;
  /** Of the assignment, before borders were refined. */
  readonly assignedUs: number;
  /** The L that it comes from, and the blocks that were left. */
  readonly wanted: number;
  readonly blocks: number;
}

/** Null where the blocks fit the memory of the GPUs for no L. */
export function mixedPipe(graph: LayerGraph, options: MixedPipeOptions): MixedPipe | null {
  if (!Number.isInteger(options.gpus) || options.gpus < 1)
    throw new InputError(`Blocks cannot go to ${options.gpus} GPUs, expected at least 1.`);
  const tooFew = options.blocks.find((blocks) => !Number.isInteger(blocks) || blocks < options.gpus);
  if (tooFew !== undefined)
    throw new InputError(`${tooFew} blocks are too few for ${options.gpus} GPUs, expected one for each.`);
  return options.blocks
    .map((wanted) => pipeOf(graph, wanted, options))
    .reduce(
      (best, next) => (best === null || (next !== null && next.costUs < best.costUs) ? next : best),
      null,
    );
}

function pipeOf(graph: LayerGraph, wanted: number, options: MixedPipeOptions): MixedPipe | null {
  const { memoryBytes, mode, sameGpuSpeedup, seed } = options;
  const rng = createRng(`${seed}/${wanted}`);
  const coarse = coarsen(graph, layerWeights(graph, options.weight), wanted, rng);
  const blocks = blockGraph(graph, coarse);
  const gpuOfBlock = assign(blocks, layerWeights(blocks, options.weight), options);
  if (gpuOfBlock === null) return null;
  const { stage, gpu } = stagesOfRuns(gpuOfBlock);
  const number = new Map(coarse.order().map((block, at) => [block, at]));
  const start = {
    stageOf: Int32Array.from(
      { length: graph.count },
      (_, layer) => stage[number.get(coarse.blockOf(layer))!],
    ),
    gpuOf: gpu,
  };
  const priced = (of: MixedStages) => worstStage(stageTimes(graph, of, sameGpuSpeedup), of.gpuOf);
  const refined = refineStages(graph, start, { mode, sameGpuSpeedup, memoryBytes });
  return {
    stageOf: refined.stageOf,
    gpuOf: refined.gpuOf,
    // Priced anew, because the sums of many moves round.
    costUs: priced(refined),
    assignedUs: priced(start),
    wanted,
    blocks: blocks.count,
  };
}

function assign(blocks: LayerGraph, weights: Float64Array, options: MixedPipeOptions): Int32Array | null {
  const { gpus, memoryBytes } = options;
  if (options.assign !== "exhaustive")
    return assignJobs(weights, blocks.bytes, gpus, memoryBytes, options.assign);
  const found = bestAssignment(blocks, options);
  return found?.gpuOf ?? assignJobs(weights, blocks.bytes, gpus, memoryBytes, "largest-first");
}

/** The blocks as a graph of their own, numbered in topological order. */
function blockGraph(graph: LayerGraph, coarse: Contraction): LayerGraph {
  const order = coarse.order();
  const number = new Map(order.map((block, at) => [block, at]));
  const sums = (values: Float64Array) => {
    const sum = new Float64Array(order.length);
    for (const [layer, value] of values.entries()) sum[number.get(coarse.blockOf(layer))!] += value;
    return sum;
  };
  const edges = order.flatMap((block, from) =>
    [...coarse.successors[block]].map(([to, us]) => ({ from, to: number.get(to)!, us })),
  );
  return {
    count: order.length,
    forwardUs: sums(graph.forwardUs),
    backwardUs: sums(graph.backwardUs),
    bytes: sums(graph.bytes),
    from: Int32Array.from(edges, ({ from }) => from),
    to: Int32Array.from(edges, ({ to }) => to),
    sendUs: Float64Array.from(edges, ({ us }) => us),
  };
}

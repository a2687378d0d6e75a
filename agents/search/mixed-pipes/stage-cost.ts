/**
 * What FTPipe minimises: the cost of its most expensive stage. A stage costs the work C of its GPU,
 * over all stages there, and what its transfers take beyond that:
 *
 *   C + max(0, forward transfers - C) + max(0, backward transfers - C)
 *
 * Forward transfers are the edges that leave the stage, backward ones those that enter it. An edge
 * between two stages of one GPU takes its time divided by `sameGpuSpeedup`.
 */
import type { LayerGraph, MixedStages } from "./layer-graph.ts";

export interface StageTimes {
  /** Work of each GPU, forward and backward. */
  readonly loadUs: Float64Array;
  readonly forwardUs: Float64Array;
  readonly backwardUs: Float64Array;
}

export function stageTimes(graph: LayerGraph, stages: MixedStages, sameGpuSpeedup: number): StageTimes {
  const { stageOf, gpuOf } = stages;
  const gpus = gpuOf.reduce((most, gpu) => Math.max(most, gpu), -1) + 1;
  const loadUs = new Float64Array(gpus);
  const forwardUs = new Float64Array(gpuOf.length);
  const backwardUs = new Float64Array(gpuOf.length);
  for (const [layer, stage] of stageOf.entries())
    loadUs[gpuOf[stage]] += graph.forwardUs[layer] + graph.backwardUs[layer];
  for (const [edge, from] of graph.from.entries()) {
    const [one, other] = [stageOf[from], stageOf[graph.to[edge]]];
    if (one === other) continue;
    const us = graph.sendUs[edge] / (gpuOf[one] === gpuOf[other] ? sameGpuSpeedup : 1);
    forwardUs[one] += us;
    backwardUs[other] += us;
  }
  return { loadUs, forwardUs, backwardUs };
}

export const stageCost = (loadUs: number, forwardUs: number, backwardUs: number): number =>
  loadUs + Math.max(0, forwardUs - loadUs) + Math.max(0, backwardUs - loadUs);

/** Cost of the most expensive stage. */
export function worstStage({ loadUs, forwardUs, backwardUs }: StageTimes, gpuOf: Int32Array): number {
  return gpuOf.reduce(
    (most, gpu, stage) => Math.max(most, stageCost(loadUs[gpu], forwardUs[stage], backwardUs[stage])),
    0,
  );
}

/** Time of all transfers between stages, both ways. */
export const totalTransfers = ({ forwardUs, backwardUs }: StageTimes): number =>
  forwardUs.reduce((sum, us) => sum + us, 0) + backwardUs.reduce((sum, us) => sum + us, 0);

/**
 * Stages of blocks on GPUs: the longest runs of blocks on one GPU, in topological order. Every edge
 * then stays in its run or goes to a later one.
 *
 * @param gpuOf GPU of each block, in topological order
 */
export function stagesOfRuns(gpuOf: Int32Array): { readonly stage: Int32Array; readonly gpu: Int32Array } {
  const stage = new Int32Array(gpuOf.length);
  const gpu: number[] = [];
  for (const [at, of] of gpuOf.entries()) {
    if (at === 0 || of !== gpuOf[at - 1]) gpu.push(of);
    stage[at] = gpu.length - 1;
  }
  return { stage, gpu: Int32Array.from(gpu) };
}

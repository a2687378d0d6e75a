/**
 * The assignment of blocks to GPUs whose most expensive stage costs least, over all partitions of
 * the blocks into P sets. FTPipe's program has such a search and does not use it.
 *
 * Blocks are assigned in topological order. A branch ends where the loads so far are no better than
 * the best assignment found. GPUs are interchangeable, so a block may open only one empty GPU.
 */
import type { LayerGraph } from "./layer-graph.ts";
import { stagesOfRuns, stageTimes, worstStage } from "./stage-cost.ts";

export interface ExhaustiveOptions {
  readonly gpus: number;
  readonly memoryBytes: number;
  readonly sameGpuSpeedup: number;
  /** Assignments that are tried before the search gives up. */
  readonly limit: number;
}

export interface Assignment {
  /** GPU of each block. */
  readonly gpuOf: Int32Array;
  readonly costUs: number;
  /** Whether all assignments were looked at. */
  readonly isOptimal: boolean;
}

/**
 * @param graph of the blocks, in topological order
 * @returns null where no assignment that was tried fits the memory
 */
export function bestAssignment(graph: LayerGraph, options: ExhaustiveOptions): Assignment | null {
  const { gpus, memoryBytes, sameGpuSpeedup, limit } = options;
  const gpuOf = new Int32Array(graph.count);
  const load = new Float64Array(gpus);
  const held = new Float64Array(gpus);
  let best: { readonly gpuOf: Int32Array; readonly costUs: number } | null = null;
  let tried = 0;

  const visit = (block: number, used: number): void => {
    if (tried >= limit) return;
    if (block === graph.count) {
      tried++;
      const { stage, gpu } = stagesOfRuns(gpuOf);
      const costUs = worstStage(stageTimes(graph, { stageOf: stage, gpuOf: gpu }, sameGpuSpeedup), gpu);
      if (best === null || costUs < best.costUs) best = { gpuOf: gpuOf.slice(), costUs };
      return;
    }
    // Every GPU must get a block where there are enough.
    const left = graph.count - block;
    const first = Math.min(gpus, graph.count) - used === left ? used : 0;
    const us = graph.forwardUs[block] + graph.backwardUs[block];
    for (let gpu = first; gpu < Math.min(used + 1, gpus); gpu++) {
      const before = load[gpu];
      if (held[gpu] + graph.bytes[block] > memoryBytes) continue;
      if (best !== null && before + us >= best.costUs) continue;
      load[gpu] = before + us;
      held[gpu] += graph.bytes[block];
      gpuOf[block] = gpu;
      visit(block + 1, Math.max(used, gpu + 1));
      load[gpu] = before;
      held[gpu] -= graph.bytes[block];
    }
  };
  visit(0, 0);
  if (best === null) return null;
  return { ...(best as { gpuOf: Int32Array; costUs: number }), isOptimal: tried < limit };
}

/** Slow twins of FTPipe's parts: jobs and layers by trying every assignment, costs from scratch. */
import { assignJobs, type JobOrder } from "../../../../agents/search/mixed-pipes/assignment.ts";
import type { LayerGraph, MixedStages } from "../../../../agents/search/mixed-pipes/layer-graph.ts";
import { stagesOfRuns, stageTimes, worstStage } from "../../../../agents/search/mixed-pipes/stage-cost.ts";

const loadsOf = (weights: readonly number[], gpuOf: Int32Array, gpus: number) =>
  Array.from({ length: gpus }, (_, gpu) =>
    weights.reduce((sum, us, job) => sum + (gpuOf[job] === gpu ? us : 0), 0),
  );
/** The greatest load of jobs in this order. */
export const worstOf = (weights: readonly number[], gpus: number, order: JobOrder) => {
  const bytes = new Float64Array(weights.length);
  const gpuOf = assignJobs(Float64Array.from(weights), bytes, gpus, 0, order)!;
  return Math.max(...loadsOf(weights, gpuOf, gpus));
};

/** The least possible greatest load, by trying every assignment. */
export function leastLoad(weights: readonly number[], gpus: number): number {
  const loads = new Array<number>(gpus).fill(0);
  const visit = (job: number): number => {
    if (job === weights.length) return Math.max(...loads);
    let least = Number.POSITIVE_INFINITY;
    for (let gpu = 0; gpu < gpus; gpu++) {
      loads[gpu] += weights[job];
      least = Math.min(least, visit(job + 1));
      loads[gpu] -= weights[job];
    }
    return least;
  };
  return visit(0);
}

/** Ten times as fast within a GPU. */
export const costOf = (graph: LayerGraph, stages: MixedStages) =>
  worstStage(stageTimes(graph, stages, 10), stages.gpuOf);

/** The least cost over all assignments of layers to GPUs, with no search tree. */
export function leastCost(graph: LayerGraph, gpus: number): number {
  let least = Number.POSITIVE_INFINITY;
  for (let code = 0; code < gpus ** graph.count; code++) {
    const gpuOf = Int32Array.from({ length: graph.count }, (_, i) => Math.floor(code / gpus ** i) % gpus);
    if (new Set(gpuOf).size < Math.min(gpus, graph.count)) continue;
    const { stage, gpu } = stagesOfRuns(gpuOf);
    least = Math.min(least, costOf(graph, { stageOf: stage, gpuOf: gpu }));
  }
  return least;
}

/** Do all edges stay in their stage or lead to a later one? */
export const isOrdered = ({ from, to }: LayerGraph, { stageOf }: MixedStages) =>
  from.every((layer, edge) => stageOf[layer] <= stageOf[to[edge]]);

/**
 * FTPipe's choice of times in an asynchronous pipeline that recomputes activations. The last stage
 * runs its backward pass right after its forward pass and recomputes nothing; all others do. Which
 * layers are in the last stage is known only after partitioning. So the partition is repeated with
 * the layers of the last stage found, until that stage stays the same.
 *
 * Where the rounds repeat themselves without that, the cheapest partition counts, priced with its
 * own last stage.
 */
import type { LayerGraph, MixedStages } from "./layer-graph.ts";
import { stageTimes, worstStage } from "./stage-cost.ts";

/**
 * @param partition null where nothing fits; layers of the last stage count without recomputation
 */
export function settleLastStage<Found extends MixedStages>(
  graph: LayerGraph,
  sameGpuSpeedup: number,
  partition: (withTimes: LayerGraph) => Found | null,
): { readonly found: Found; readonly costUs: number; readonly isConsistent: boolean } | null {
  const recomputed = new Uint8Array(graph.count).fill(1);
  const seen = new Set<string>();
  let best: { found: Found; costUs: number; isConsistent: boolean } | null = null;
  while (!seen.has(String(recomputed))) {
    seen.add(String(recomputed));
    const found = partition(timesOf(graph, recomputed));
    if (found === null) break;
    const last = found.gpuOf.length - 1;
    const next = recomputed.map((_, layer) => Number(found.stageOf[layer] !== last));
    const isConsistent = String(next) === String(recomputed);
    const costUs = worstStage(stageTimes(timesOf(graph, next), found, sameGpuSpeedup), found.gpuOf);
    const isBetter = best === null || costUs < best.costUs || (isConsistent && costUs === best.costUs);
    if (isBetter) best = { found, costUs, isConsistent };
    recomputed.set(next);
  }
  return best;
}

/** A recomputed layer runs its forward pass once more in the backward pass. */
const timesOf = (graph: LayerGraph, recomputed: Uint8Array): LayerGraph => ({
  ...graph,
  backwardUs: graph.backwardUs.map((us, layer) => us + recomputed[layer] * graph.forwardUs[layer]),
});

/**
 * The planner of PipeDream-2BW (Narayanan et al., ICML 2021). It chooses width w, depth d,
 * micro-batch b and recomputation of a pipeline on w d devices: d equal stages, each replicated w
 * times. A micro-batch takes
 *
 *     t = max over stages i of max( compute_i(b) + 2 in_i(b) / B, sync_i / m )
 *
 * Here in_i is the stage's input, with its gradient on the way back, and none for the first stage.
 * The time sync_i is the all-reduce 2 (w-1)/w W_i / B of the weights, once for m micro-batches.
 * Recomputation adds one forward pass. The time of a sample is t / (b w).
 *
 * m = max(d, batch / (b w)), rounded down. Two versions of weights suffice only with m >= d, so a
 * batch that may not grow rejects the rest. For each w, d and recomputation the paper takes the
 * largest b that fits. `best` tries every b instead.
 *
 * With a flush (PipeDream-Flush, in the same paper) one version suffices for any m. Of the time the
 * share (d-1) / (m + d-1) is a bubble, so a sample takes (m + d-1) / m times as long.
 */
import { type BlockChain, type EqualStage, equalStages, sumOf } from "./equal-stages.ts";
import { stageBytes } from "./stage-memory.ts";

export interface WidthDepthOptions {
  readonly devices: number;
  readonly memoryBytes: number;
  /** Samples of a batch. */
  readonly batch: number;
  /** May the batch grow to d micro-batches? */
  readonly mayGrow: boolean;
  readonly microBatch: "largest" | "best";
  /** The only depth that is tried; default all. */
  readonly depth?: number;
  /** Default `2bw`. */
  readonly schedule?: "2bw" | "flush";
  /** Bytes of gradients and of the optimizer's state for each byte of weights. */
  readonly stateFactor: number;
  /** Bandwidths in bytes per us between stages, and among the replicas of a stage. */
  readonly bytesPerUs: (width: number, depth: number) => { stages: number; replicas: number };
}

export interface WidthDepthStage {
  /** Layers from `from` up to but not including `to`. */
  readonly from: number;
  readonly to: number;
  readonly replicas: number;
  /** Time for a micro-batch of one replica with its input, and memory of one device. */
  readonly timeUs: number;
  readonly memoryBytes: number;
}

export interface WidthDepthPlan {
  readonly width: number;
  readonly depth: number;
  readonly microBatch: number;
  readonly microBatches: number;
  readonly recompute: boolean;
  /** Time of one sample in the steady state. */
  readonly sampleUs: number;
  readonly stages: readonly WidthDepthStage[];
}

/** Null where nothing fits. */
export function widthDepthPlan(chain: BlockChain, options: WidthDepthOptions): WidthDepthPlan | null {
  let best: WidthDepthPlan | null = null;
  for (let depth = 1; depth <= options.devices; depth++) {
    if (options.devices % depth !== 0 || (options.depth ?? depth) !== depth) continue;
    const stages = equalStages(chain, depth);
    if (stages === null) continue;
    for (const recompute of [false, true])
      for (let size = chain.sizes.length - 1; size >= 0; size--) {
        const plan = planOf(chain, stages, { size, recompute, width: options.devices / depth }, options);
        if (plan === null) continue;
        if (best === null || plan.sampleUs < best.sampleUs) best = plan;
        if (options.microBatch === "largest") break;
      }
  }
  return best;
}

interface Choice {
  readonly width: number;
  /** Index of the micro-batch's size. */
  readonly size: number;
  readonly recompute: boolean;
}

/** Null where it does not fit, or needs more versions of weights than there are. */
export function planOf(
  chain: BlockChain,
  stages: readonly EqualStage[],
  { width, size, recompute }: Choice,
  options: WidthDepthOptions,
): WidthDepthPlan | null {
  const { schedule = "2bw" } = options;
  const depth = stages.length;
  const microBatch = chain.sizes[size];
  const least = schedule === "2bw" ? depth : 1;
  const share = Math.floor(options.batch / (microBatch * width));
  if (!options.mayGrow && (share < least || share * microBatch * width !== options.batch)) return null;
  const microBatches = Math.max(least, share);
  const bytesPerUs = options.bytesPerUs(width, depth);
  const at = size * chain.layers;
  let slowestUs = 0;
  const planned: WidthDepthStage[] = [];
  for (const [stage, { from, to, weightBytes, ...bytes }] of stages.entries()) {
    const inputBytes = bytes.inputBytes * microBatch;
    const memoryBytes = stageBytes(
      { weightBytes, keptBytes: bytes.keptBytes * microBatch, inputBytes },
      { schedule, stage, depth, microBatches, recompute, stateFactor: options.stateFactor },
    );
    if (memoryBytes > options.memoryBytes) return null;
    const forwardUs = sumOf(chain.forwardUs, at + from, at + to);
    const backwardUs = sumOf(chain.backwardUs, at + from, at + to);
    const movedUs = stage === 0 ? 0 : (2 * inputBytes) / bytesPerUs.stages;
    const timeUs = (recompute ? 2 : 1) * forwardUs + backwardUs + movedUs;
    const syncUs = width === 1 ? 0 : (2 * (width - 1) * weightBytes) / (width * bytesPerUs.replicas);
    slowestUs = Math.max(slowestUs, timeUs, syncUs / microBatches);
    planned.push({ from, to, replicas: width, timeUs, memoryBytes });
  }
  const bubble = schedule === "flush" ? (microBatches + depth - 1) / microBatches : 1;
  const sampleUs = (slowestUs * bubble) / (microBatch * width);
  return { width, depth, microBatch, microBatches, recompute, sampleUs, stages: planned };
}

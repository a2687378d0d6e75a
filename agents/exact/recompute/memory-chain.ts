/**
 * vPipe's chain of units on K stages with limited memory (Zhao et al., "vPipe: A Virtualized
 * Acceleration System for Achieving Efficient and Scalable Pipeline Parallel DNN Training", IEEE
 * TPDS 2022). No planner source is public; the costs here are reconstructed.
 *
 * Stage s holds the activations of its micro-batches in flight: min(K - s, M) in a 1F1B schedule, M
 * in a fill-drain schedule. Weight stashing also multiplies the weights by them:
 *
 *   memory = versions x weights + in flight x kept activations + gradients + optimizer
 *
 * A recomputed unit runs its forward pass again and keeps nothing. A swapped unit sends its
 * activations to the host and back. That is hidden as far as it takes no longer than the stage's
 * compute, which is also true of the transfers between stages.
 */
import { prefixSums } from "../../problems/prefix-sums.ts";

export interface MemoryChain {
  readonly count: number;
  /** Of one micro-batch. */
  readonly forwardUs: Float64Array;
  readonly backwardUs: Float64Array;
  /** What each unit keeps of one micro-batch for its backward pass. */
  readonly activationBytes: Float64Array;
  readonly weightBytes: Float64Array;
  /** What each unit sends on to the next for one micro-batch. */
  readonly outputBytes: Float64Array;
}

export interface MemorySetting {
  readonly stages: number;
  readonly memoryBytes: number;
  /** Bandwidth to the host; 0 where nothing can be swapped. */
  readonly hostBytesPerUs: number;
  /** Bandwidth between neighbouring stages. */
  readonly linkBytesPerUs: number;
  /** `stash`: asynchronous 1F1B. `1f1b` and `fill-drain` flush after every batch. */
  readonly scheme: "stash" | "1f1b" | "fill-drain";
  /** Micro-batches of a batch; of no effect on `stash`. */
  readonly microBatches: number;
  /** Bytes of gradients and optimizer for each byte of weights. */
  readonly stateFactor: number;
}

export const treatments = ["keep", "recompute", "swap"] as const;
export type Treatment = (typeof treatments)[number];

/** Micro-batches whose activations a stage holds at once. */
export function inFlight({ stages, scheme, microBatches }: MemorySetting, stage: number): number {
  if (scheme === "fill-drain") return microBatches;
  return scheme === "stash" ? stages - stage : Math.min(stages - stage, microBatches);
}

/** Sums over ranges of units, by prefix. */
export interface RangeSums {
  computeUs(start: number, end: number): number;
  weightBytes(start: number, end: number): number;
  activationBytes(start: number, end: number): number;
}

export function rangeSums(chain: MemoryChain): RangeSums {
  const over = (values: Float64Array) => {
    const sums = prefixSums(values);
    return (start: number, end: number) => sums[end] - sums[start];
  };
  return {
    computeUs: over(chain.forwardUs.map((us, unit) => us + chain.backwardUs[unit])),
    weightBytes: over(chain.weightBytes),
    activationBytes: over(chain.activationBytes),
  };
}

/** Bytes of a stage that keeps all its activations. */
export function keptBytes(
  sums: RangeSums,
  setting: MemorySetting,
  stage: number,
  start: number,
  end: number,
): number {
  const held = inFlight(setting, stage);
  const versions = setting.scheme === "stash" ? held : 1;
  const weights = (versions + setting.stateFactor) * sums.weightBytes(start, end);
  return weights + held * sums.activationBytes(start, end);
}

/** Activations of one micro-batch that a stage must not keep; not positive where all fit. */
export const excessBytes = (
  sums: RangeSums,
  setting: MemorySetting,
  stage: number,
  start: number,
  end: number,
): number => (keptBytes(sums, setting, stage, start, end) - setting.memoryBytes) / inFlight(setting, stage);

/** What the transfers at both ends of a stage take beyond its compute, both directions together. */
export function exposedTransferUs(
  chain: MemoryChain,
  setting: MemorySetting,
  computeUs: number,
  start: number,
  end: number,
): number {
  const bytes =
    (start > 0 ? chain.outputBytes[start - 1] : 0) + (end < chain.count ? chain.outputBytes[end - 1] : 0);
  return Math.max(0, (2 * bytes) / setting.linkBytesPerUs - computeUs);
}

/** What swapping some bytes of one micro-batch out and in takes beyond the stage's compute. */
export const exposedSwapUs = (setting: MemorySetting, computeUs: number, bytes: number): number =>
  bytes === 0 ? 0 : Math.max(0, (2 * bytes) / setting.hostBytesPerUs - computeUs);

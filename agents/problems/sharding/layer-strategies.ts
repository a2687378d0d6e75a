/**
 * The strategies that one layer may take on a number of GPUs. A strategy has a pipeline degree, a
 * degree that splits the layer, and copies for the rest, all powers of two. A layer is split by
 * tensors, or by the sequence as Ulysses does. Copies share their states or not. Activations are
 * kept or computed again.
 *
 * The choices are those of Hetu-Galvatron's search (Miao et al., VLDB 2023, release cea12ff),
 * without context parallelism.
 */

import { powersOfTwo } from "../pipeline/micro-batches.ts";

export interface LayerStrategy {
  readonly pipeline: number;
  /** Devices that share each layer. */
  readonly split: number;
  /** What they split; `none` for one device. */
  readonly by: "none" | "tensors" | "sequence";
  readonly copies: number;
  /** Weights, gradients and optimizer are shared out over the copies. */
  readonly fullySharded: boolean;
  readonly recompute: boolean;
}

export interface StrategyChoices {
  readonly sequence: boolean;
  readonly recompute: boolean;
}

/** Pre: `gpus` is a power of two. */
export function layerStrategies(gpus: number, { sequence, recompute }: StrategyChoices): LayerStrategy[] {
  const found: LayerStrategy[] = [];
  for (const pipeline of powersOfTwo(gpus))
    for (const by of sequence ? (["sequence", "tensors"] as const) : (["tensors"] as const))
      for (const split of powersOfTwo(gpus / pipeline)) {
        // One device splits nothing, so it counts once.
        if (split === 1 && by === "sequence") continue;
        const copies = gpus / pipeline / split;
        for (const fullySharded of copies > 1 ? [false, true] : [false])
          for (const again of recompute ? [false, true] : [false])
            found.push({
              pipeline,
              split,
              by: split === 1 ? "none" : by,
              copies,
              fullySharded,
              recompute: again,
            });
      }
  return found;
}

/** As Galvatron writes it: `2-4*-1-c-sp` is pipeline 2, split 4 by sequence, 1 copy, recomputed. */
export function strategyName({ pipeline, split, by, copies, fullySharded, recompute }: LayerStrategy) {
  const degrees = `${pipeline}-${split}${split > 1 ? "*" : ""}-${copies}${fullySharded ? "f" : ""}`;
  return `${degrees}${recompute ? "-c" : ""}${by === "sequence" ? "-sp" : ""}`;
}

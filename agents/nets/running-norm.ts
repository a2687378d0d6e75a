/**
 * Columns shifted and scaled to mean 0 and spread 1 by running statistics of the batches seen. The
 * layers after them learn from how states differ, not from what they share. The statistics are
 * constants within an update and move between updates, so sampling and differentiating see one
 * policy.
 */
import { readOut } from "../tensors/tf.ts";
import type { Tensor, Tensor2D, Tf, Variable } from "../tensors/types.ts";
import type { Weights } from "./weights.ts";

export interface RunningNorm {
  readonly mean: Variable;
  readonly variance: Variable;
  apply(x: Tensor): Tensor2D;
  /** Moves the statistics towards those of the rows. The first call takes them as they are. */
  observe(rows: Tensor): void;
}

export function runningNorm(
  tf: Tf,
  weights: Weights,
  name: string,
  columns: number,
  decay: number,
): RunningNorm {
  const mean = weights.statistic(`${name} mean`, [columns], 0);
  const variance = weights.statistic(`${name} variance`, [columns], 1);
  const batches = weights.statistic(`${name} batches`, [1], 0);
  return {
    mean,
    variance,
    apply: (x) => tf.mul(tf.sub(x, mean), tf.rsqrt(tf.add(variance, 1e-6))) as Tensor2D,
    observe(rows) {
      readOut(tf, () => {
        const seen = tf.moments(rows, 0);
        const kept = batches.dataSync()[0] === 0 ? 0 : decay;
        mean.assign(tf.add(tf.mul(mean, kept), tf.mul(seen.mean, 1 - kept)) as never);
        variance.assign(tf.add(tf.mul(variance, kept), tf.mul(seen.variance, 1 - kept)) as never);
        batches.assign(tf.add(batches, 1) as never);
      });
    },
  };
}

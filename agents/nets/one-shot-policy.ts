/**
 * Policies that place all groups at once, the noise on their logits, and the weights that make
 * them.
 */
import type { Rng } from "../../env/model/rng.ts";
import type { Scenario } from "../../env/model/scenario.ts";
import type { Tensor, Tf, Variable } from "../tensors/types.ts";
import type { Sampling } from "./categorical.ts";
import type { Weights } from "./weights.ts";

/** Noise on the logits of a batch, under which its placements are sampled and credited. */
export interface LogitNoise {
  /** [batch x groups x devices]. */
  readonly values: Float32Array;
  /** Whether a row counts times the root mean square of its logits. */
  readonly relative: boolean;
}

/** A distribution over whole placements. Tilts are offsets in logits, [batch x devices]. */
export interface OneShotPolicy {
  /** One placement of all groups per row of `tilts`, from the policy's own distribution. */
  sample(tilts: Float32Array, rng: Rng, sampling?: Sampling, noise?: LogitNoise): Int32Array[];
  /**
   * Log-probabilities of all devices along the given placements, shape [batch x groups x devices];
   * differentiable.
   */
  logProbabilities(placements: readonly Int32Array[], tilts: Float32Array, noise?: LogitNoise): Tensor;
  greedy(): Int32Array;
  /** The likeliest placements that a beam of this width finds, likeliest first. */
  beam?(width: number): Int32Array[];
  /** At most `count` greedy placements that differ in the devices of their first groups. */
  started?(count: number): Int32Array[];
  /** The greedy placement by probabilities averaged over renamings of the devices. */
  renamed?(renamings: readonly Int32Array[]): Int32Array;
  /** Frees tensors other than the weights. */
  dispose(): void;
}

/** Weights that make a policy on every scenario of one size. */
export interface OneShotNetwork {
  readonly weights: Weights;
  /** What active search trains: few weights close to the output. */
  readonly lastLayer?: readonly Variable[];
  /** All that the shapes of the weights depend on, such as "40 groups on 2 devices". */
  sizeOf(scenario: Scenario): string;
  /** The policy on a scenario of the weights' size. */
  on(scenario: Scenario): OneShotPolicy;
}

/** Rows of a batch's noise for the steps from `first` on, step by step, a batch in each. */
export const stepRows = (groups: number, batch: number) => (first: number, steps: number) =>
  Int32Array.from({ length: steps * batch }, (_, i) => (i % batch) * groups + first + Math.floor(i / batch));

/** Logits with their rows of the noise; how large the noise is has no gradient. */
export function noisy(tf: Tf, logits: Tensor, noise: LogitNoise | undefined, rows: Int32Array): Tensor {
  if (noise === undefined) return logits;
  const devices = logits.shape[1] as number;
  const chosen = new Float32Array(rows.length * devices);
  rows.forEach((row, i) => {
    chosen.set(noise.values.subarray(row * devices, (row + 1) * devices), i * devices);
  });
  const offsets = tf.tensor2d(chosen, [rows.length, devices]);
  if (!noise.relative) return tf.add(logits, offsets);
  const size = tf.sqrt(tf.mean(tf.square(tf.tensor(logits.dataSync(), logits.shape)), 1, true));
  return tf.add(logits, tf.mul(offsets, size));
}

/** The same on numbers, in place. */
export function addNoise(
  logits: Float32Array,
  devices: number,
  noise: LogitNoise | undefined,
  rows: Int32Array,
): void {
  if (noise === undefined) return;
  rows.forEach((row, i) => {
    const own = logits.subarray(i * devices, (i + 1) * devices);
    const squares = own.reduce((sum, x) => sum + x * x, 0);
    const size = noise.relative ? Math.sqrt(squares / devices) : 1;
    for (let d = 0; d < devices; d++) own[d] += size * noise.values[row * devices + d];
  });
}

/**
 * An algorithm turns scored rollouts into one update of the weights. REINFORCE, PPO and imitation
 * are files beside this one. All see a batch in parts, each a closure that replays some decisions.
 */

import type { Rng } from "../../../env/model/rng.ts";
import { readOut } from "../../tensors/tf.ts";
import type { Scalar, Tensor, Tensor1D, Tf } from "../../tensors/types.ts";
import type { Adam } from "../adam.ts";
import type { Batch, Decisions, Replay, Rollout } from "../contract.ts";
import { entropyOf, takenLogProbability } from "../policy-gradient.ts";

/** Numbers of an update, for logs: `loss`, `gradientNorm`, `entropy` and those of the algorithm. */
export type UpdateMetrics = Record<string, number>;

export interface UpdateStep<R extends Rollout = Rollout> {
  readonly batches: readonly Batch<R>[];
  readonly adam: Adam;
  /** Weight of the entropy in this update. */
  readonly entropy: number;
  /** How much a rollout's decisions count, such as 1 / their number; 1 gives the plain sum. */
  readonly weightOf: (rollout: R) => number;
  /** Weight of a critic's squared error. */
  readonly valueWeight: number;
  readonly rng: Rng;
}

export interface Algorithm {
  improve<R extends Rollout>(tf: Tf, step: UpdateStep<R>): UpdateMetrics;
  /** JSON-safe. */
  save(): unknown;
  load(saved: unknown): void;
}

/** Some of a batch's decisions, with the weight of each rollout in the mean over the update. */
export interface Part<R extends Rollout = Rollout> {
  readonly batch: Batch<R>;
  readonly replay: () => Replay;
  readonly share: readonly number[];
}

/** The parts of all batches. Each task counts equally, whatever its number of rollouts. */
export function partsOf<R extends Rollout>({
  batches,
  weightOf,
}: Pick<UpdateStep<R>, "batches" | "weightOf">): Part<R>[] {
  return batches.flatMap((batch) => {
    const { lesson, rollouts } = batch;
    const share = rollouts.map((rollout) => weightOf(rollout) / (rollouts.length * batches.length));
    const replays = lesson.parts?.(rollouts) ?? [() => lesson.replay(rollouts)];
    return replays.map((replay) => ({ batch, replay, share }));
  });
}

/** One number for each row of the decisions, of its rollout and step. */
export function rowsOf(
  { rollout, step }: Decisions,
  of: readonly ArrayLike<number>[],
  share: readonly number[],
): Float32Array {
  return Float32Array.from(rollout, (r, row) => {
    const steps = of[r];
    return share[r] * steps[Math.min(step[row], steps.length - 1)];
  });
}

/** The weight of each row in the mean. */
export const sharesOf = ({ rollout }: Decisions, share: readonly number[]): Float32Array =>
  Float32Array.from(rollout, (r) => share[r]);

/** Log-probability of what was taken in each row. */
export const takenOf = (tf: Tf, { logProbabilities, taken }: Decisions): Tensor1D =>
  takenLogProbability(tf, logProbabilities, [taken]) as Tensor1D;

/** Entropy of each row, in nats. Illegal choices add nothing. */
export function entropies(tf: Tf, { logProbabilities }: Decisions): Tensor1D {
  return tf.neg(tf.sum(tf.mul(tf.exp(logProbabilities), logProbabilities), 1));
}

/** What every algorithm subtracts or adds: the entropy bonus and the critic's error. */
export function sideTerms(
  tf: Tf,
  { decisions, values }: Replay,
  { batch, share }: Part,
  { entropy, valueWeight }: Pick<UpdateStep, "entropy" | "valueWeight">,
): Tensor {
  let loss: Tensor = tf.scalar(0);
  if (entropy !== 0)
    for (const head of decisions) {
      const bonus = tf.sum(tf.mul(entropies(tf, head), tf.tensor1d(sharesOf(head, share))));
      loss = tf.sub(loss, tf.mul(bonus, entropy));
    }
  if (values === undefined || valueWeight === 0) return loss;
  const [head] = decisions;
  const ones = batch.rollouts.map(() => 1);
  const target = tf.tensor1d(rowsOf(head, batch.returns, ones));
  const errors = tf.mul(tf.squaredDifference(values, target), tf.tensor1d(sharesOf(head, share)));
  return tf.add(loss, tf.mul(tf.sum(errors), valueWeight));
}

/** Mean entropy over all rows, by parts. */
export class EntropyMean {
  private sum = 0;
  private rows = 0;

  add(tf: Tf, { decisions }: Replay): void {
    for (const head of decisions) {
      const mean = readOut(tf, () => (entropyOf(tf, head.logProbabilities) as Scalar).dataSync()[0]);
      this.sum += mean * head.taken.length;
      this.rows += head.taken.length;
    }
  }

  get value(): number {
    return this.rows === 0 ? 0 : this.sum / this.rows;
  }
}

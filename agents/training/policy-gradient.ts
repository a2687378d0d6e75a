/**
 * The two terms of every policy gradient here, over log-probabilities whose last axis is the
 * devices.
 */
import type { Scalar, Tensor, Tf } from "../tensors/types.ts";

/**
 * Log-probability of the action taken in each row; the shape of `logProbabilities` without its last
 * axis.
 */
export function takenLogProbability(
  tf: Tf,
  logProbabilities: Tensor,
  actions: readonly Int32Array[],
): Tensor {
  const devices = logProbabilities.shape[logProbabilities.rank - 1];
  const chosen = new Float32Array(logProbabilities.size);
  let row = 0;
  for (const sequence of actions) for (const action of sequence) chosen[row++ * devices + action] = 1;
  return tf.sum(tf.mul(logProbabilities, tf.tensor(chosen, logProbabilities.shape)), -1);
}

/**
 * Mean entropy of the rows, in nats. Illegal devices, at a log-probability near -1e9, add nothing.
 */
export function entropyOf(tf: Tf, logProbabilities: Tensor): Scalar {
  const rows = logProbabilities.size / logProbabilities.shape[logProbabilities.rank - 1];
  const negative = tf.sum(tf.mul(tf.exp(logProbabilities), logProbabilities));
  return tf.mul(negative, -1 / rows) as Scalar;
}

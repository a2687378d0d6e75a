/** Noise on the logits of a policy, for tensors and for numbers. */
import type { Tensor, Tf } from "../tensors/types.ts";
import type { LogitNoise } from "./one-shot-policy.ts";

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

/**
 * What an LSTM decoder adds to its gates when its choices are known, as one operation. It is the
 * part of each step plus that of the choice before.
 */
import { neighbourSum } from "../graph/neighbour-sum.ts";
import type { Tensor, Tensor2D, Tf } from "../types.ts";

/**
 * Input: `stepInputs` [steps or 1 x width] and `choiceInputs` [choices + 1 x width], whose last row
 * stands for "none yet"; the choices of each sequence. Output: [steps x sequences x width].
 */
export function decoderInputs(
  tf: Tf,
  stepInputs: Tensor,
  choiceInputs: Tensor,
  sequences: readonly Int32Array[],
): Tensor {
  const [stepRows, width] = stepInputs.shape as [number, number];
  const batch = sequences.length;
  const steps = sequences[0].length;
  const none = choiceInputs.shape[0] - 1;
  const size = 2 * steps * batch;
  const [from, to] = [new Int32Array(size), new Int32Array(size)];
  for (let row = 0; row < steps * batch; row++) {
    const step = Math.floor(row / batch);
    from[2 * row] = stepRows === 1 ? 0 : step;
    from[2 * row + 1] = stepRows + (step === 0 ? none : sequences[row % batch][step - 1]);
    to[2 * row] = to[2 * row + 1] = row;
  }
  const weight = new Float32Array(size).fill(1);
  const tables = tf.concat([stepInputs, choiceInputs] as Tensor2D[], 0);
  return tf.reshape(neighbourSum(tf, tables, { from, to, weight }, steps * batch), [steps, batch, width]);
}

/**
 * A dense layer whose weights have learned noise, with factorised Gaussian noise (Fortunato et al.,
 * "Noisy Networks for Exploration", ICLR 2018). The noise of a weight is the product of one number
 * of its input and one of its output. Without noise it is a plain dense layer on the means.
 */
import type { Rng } from "../../../../env/model/rng.ts";
import type { Weights } from "../../../nets/weights.ts";
import { type Activation, dense } from "../../../tensors/dense.ts";
import type { Tensor, Tensor2D, Tf, Variable } from "../../../tensors/types.ts";

export interface NoisyLayer {
  readonly inputs: number;
  readonly outputs: number;
  readonly matrix: Variable;
  readonly bias: Variable;
  /** How much noise counts; null for a plain layer. */
  readonly spread: { readonly matrix: Variable; readonly bias: Variable } | null;
}

/** Numbers of inputs and outputs; weights have their products. */
export interface LayerNoise {
  readonly inputs: Float32Array;
  readonly outputs: Float32Array;
}

export interface LayerSize {
  readonly inputs: number;
  readonly outputs: number;
  /** Noise in the beginning: this over the root of the inputs; 0 for a plain layer. */
  readonly noise: number;
}

/** Weights are uniform within 1 over the root of the inputs, as in the source. */
export function noisyLayer(weights: Weights, name: string, size: LayerSize, rng: Rng): NoisyLayer {
  const { inputs, outputs, noise } = size;
  const limit = 1 / Math.sqrt(inputs);
  const uniform = (length: number) => Float32Array.from({ length }, () => limit * (2 * rng.next() - 1));
  const filled = (length: number) => new Float32Array(length).fill(noise * limit);
  return {
    inputs,
    outputs,
    matrix: weights.add(`${name}/matrix`, [inputs, outputs], uniform(inputs * outputs)),
    bias: weights.add(`${name}/bias`, [outputs], uniform(outputs)),
    spread:
      noise === 0
        ? null
        : {
            matrix: weights.add(`${name}/matrix spread`, [inputs, outputs], filled(inputs * outputs)),
            bias: weights.add(`${name}/bias spread`, [outputs], filled(outputs)),
          },
  };
}

/** Null for a plain layer, which draws nothing. */
export function drawNoise({ inputs, outputs, spread }: NoisyLayer, rng: Rng): LayerNoise | null {
  if (spread === null) return null;
  const drawn = (length: number) =>
    Float32Array.from({ length }, () => {
      const x = rng.normal();
      return Math.sign(x) * Math.sqrt(Math.abs(x));
    });
  return { inputs: drawn(inputs), outputs: drawn(outputs) };
}

/** Differentiable. The same noise for all rows. */
export function noisyDense(
  tf: Tf,
  x: Tensor,
  { matrix, bias, spread, inputs, outputs }: NoisyLayer,
  noise: LayerNoise | null,
  activation: Activation,
): Tensor2D {
  if (spread === null || noise === null) return dense(tf, x, matrix, bias, activation);
  const columns = tf.tensor2d(noise.outputs, [1, outputs]);
  const products = tf.mul(tf.tensor2d(noise.inputs, [inputs, 1]), columns);
  const noisyMatrix = tf.add(matrix, tf.mul(spread.matrix, products));
  const noisyBias = tf.add(bias, tf.mul(spread.bias, tf.tensor1d(noise.outputs)));
  return dense(tf, x, noisyMatrix, noisyBias, activation);
}

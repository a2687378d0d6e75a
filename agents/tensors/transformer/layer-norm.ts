/**
 * Layer norm (Ba, Kiros, Hinton, 2016) as one operation with its own gradient. Every row gets mean
 * 0 and spread 1, then a gain and a shift for each column.
 *
 * Input: x [rows x width], gain [width], shift [width]. Output: [rows x width].
 */
import type { Tensor, Tensor2D, Tf } from "../types.ts";

const EPSILON = 1e-5;

export function layerNorm(tf: Tf, x: Tensor, gain: Tensor, shift: Tensor): Tensor2D {
  const operation = tf.customGrad((...inputs) => {
    const [input, scale, offset] = inputs as Tensor[];
    const [rows, width] = (input as Tensor2D).shape;
    const factors = scale.dataSync() as Float32Array;
    const normal = normalised(input.dataSync() as Float32Array, rows, width);
    const shifts = offset.dataSync() as Float32Array;
    const out = new Float32Array(rows * width);
    for (let row = 0, i = 0; row < rows; row++)
      for (let k = 0; k < width; k++, i++) out[i] = normal.values[i] * factors[k] + shifts[k];
    return {
      value: tf.tensor2d(out, [rows, width]) as Tensor,
      gradFunc: (upstream: Tensor) => {
        const gradient = gradients(normal, factors, upstream.dataSync() as Float32Array);
        return [
          tf.tensor2d(gradient.x, [rows, width]),
          tf.tensor1d(gradient.gain),
          tf.tensor1d(gradient.shift),
        ];
      },
    };
  });
  return operation(x, gain, shift) as Tensor2D;
}

interface Normal {
  /** Rows of mean 0 and spread 1. */
  readonly values: Float32Array;
  /** One over the spread of each row. */
  readonly inverse: Float32Array;
}

function normalised(x: Float32Array, rows: number, width: number): Normal {
  const values = new Float32Array(x.length);
  const inverse = new Float32Array(rows);
  for (let row = 0; row < rows; row++) {
    const at = row * width;
    let sum = 0;
    for (let k = 0; k < width; k++) sum += x[at + k];
    const mean = sum / width;
    let squares = 0;
    for (let k = 0; k < width; k++) squares += (x[at + k] - mean) ** 2;
    inverse[row] = 1 / Math.sqrt(squares / width + EPSILON);
    for (let k = 0; k < width; k++) values[at + k] = (x[at + k] - mean) * inverse[row];
  }
  return { values, inverse };
}

function gradients({ values, inverse }: Normal, factors: Float32Array, upstream: Float32Array) {
  const width = factors.length;
  const x = new Float32Array(values.length);
  const gain = new Float64Array(width);
  const shift = new Float64Array(width);
  for (let row = 0; row < inverse.length; row++) {
    const at = row * width;
    let mean = 0;
    let along = 0;
    for (let k = 0; k < width; k++) {
      const d = upstream[at + k];
      gain[k] += d * values[at + k];
      shift[k] += d;
      mean += d * factors[k];
      along += d * factors[k] * values[at + k];
    }
    mean /= width;
    along /= width;
    for (let k = 0; k < width; k++)
      x[at + k] = inverse[row] * (upstream[at + k] * factors[k] - mean - values[at + k] * along);
  }
  return { x, gain: Float32Array.from(gain), shift: Float32Array.from(shift) };
}

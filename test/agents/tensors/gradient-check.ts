/**
 * Random inputs, comparison of tensors, and gradients by central differences, for tests of
 * operations with own gradients.
 */
import { expect } from "vitest";
import type { Tensor, Tf } from "../../../agents/tensors/types.ts";
import type { Rng } from "../../../env/model/rng.ts";

export function randomTensor(tf: Tf, rng: Rng, shape: number[]): Tensor {
  const size = shape.reduce((a, b) => a * b, 1);
  return tf.tensor(
    Float32Array.from({ length: size }, () => rng.normal()),
    shape,
  );
}

export function expectClose(actual: Tensor, expected: Tensor, tolerance: number): void {
  expect(actual.shape).toEqual(expected.shape);
  const wanted = expected.dataSync();
  actual.dataSync().forEach((value, i) => {
    expect(Math.abs(value - wanted[i]), `entry ${i}: ${value}, expected ${wanted[i]}`).toBeLessThan(
      tolerance * Math.max(1, Math.abs(wanted[i])),
    );
  });
}

/** Gradient of a scalar function for its input number `index`; float32 allows a few per cent. */
export function finiteDifferences(
  tf: Tf,
  loss: (...inputs: Tensor[]) => Tensor,
  inputs: readonly Tensor[],
  index: number,
): Tensor {
  const step = 1e-2;
  const values = inputs[index].dataSync() as Float32Array;
  const at = (i: number, value: number) => {
    const moved = values.slice();
    moved[i] = value;
    const replaced = [...inputs];
    replaced[index] = tf.tensor(moved, inputs[index].shape);
    return loss(...replaced).dataSync()[0];
  };
  return tf.tensor(
    values.map((value, i) => (at(i, value + step) - at(i, value - step)) / (2 * step)),
    inputs[index].shape,
  );
}

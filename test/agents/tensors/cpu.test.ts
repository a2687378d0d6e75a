import { beforeAll, describe, expect, test } from "vitest";
import { dense } from "../../../agents/tensors/dense.ts";
import { matrixProduct } from "../../../agents/tensors/matrix-product.ts";
import { additiveAttention } from "../../../agents/tensors/sequence/additive-attention.ts";
import { lstm } from "../../../agents/tensors/sequence/lstm.ts";
import { loadTf } from "../../../agents/tensors/tf.ts";
import type { Tensor, Tensor2D, Tf } from "../../../agents/tensors/types.ts";
import { createRng } from "../../../env/model/rng.ts";
import { expectClose, randomTensor } from "./gradient-check.ts";

let tf: Tf;
beforeAll(async () => {
  tf = (await loadTf("cpu")).tf;
});

/** Each operation and what it is composed of. */
const operations: Readonly<
  Record<
    string,
    { shapes: number[][]; fused: (...x: Tensor[]) => Tensor; composed: (...x: Tensor[]) => Tensor }
  >
> = {
  dense: {
    shapes: [[6, 5], [5, 3], [3]],
    fused: (x, w, b) => dense(tf, x, w, b, "tanh"),
    composed: (x, w, b) => tf.tanh(tf.add(tf.matMul(x as Tensor2D, w as Tensor2D), b)),
  },
  matrixProduct: {
    shapes: [
      [6, 5],
      [5, 3],
    ],
    fused: (a, b) => matrixProduct(tf, a, b),
    composed: (a, b) => tf.matMul(a as Tensor2D, b as Tensor2D),
  },
  additiveAttention: {
    shapes: [[4, 5], [3, 5], [5]],
    fused: (q, k, v) => additiveAttention(tf, q, k, v),
    composed: (q, k, v) => tf.sum(tf.mul(tf.tanh(tf.add(tf.expandDims(q, 1), tf.expandDims(k, 0))), v), 2),
  },
  "lstm of one step": {
    shapes: [
      [1, 2, 12],
      [3, 12],
      [2, 3],
      [2, 3],
    ],
    fused: (z, w, h, c) => lstm(tf, z, w, h, c),
    composed: (z, w, h, c) => {
      const gates = tf.add(tf.reshape(z, [2, 12]), tf.matMul(h as Tensor2D, w as Tensor2D));
      const [input, forget, candidate, open] = tf.split(gates, 4, 1);
      const cell = tf.add(tf.mul(tf.sigmoid(forget), c), tf.mul(tf.sigmoid(input), tf.tanh(candidate)));
      return tf.expandDims(tf.concat([tf.mul(tf.sigmoid(open), tf.tanh(cell)), cell], 1), 0);
    },
  },
};

describe.each(Object.keys(operations))("%s on the cpu backend", (name) => {
  test("equals the composed operations, forward and backward", () => {
    const { shapes, fused, composed } = operations[name];
    const rng = createRng(name);
    const given = shapes.map((shape) => randomTensor(tf, rng, shape));
    const value = fused(...given);
    expectClose(value, composed(...given), 1e-4);
    const upstream = randomTensor(tf, rng, value.shape);
    const gradientsOf = (run: (...x: Tensor[]) => Tensor) =>
      tf.grads((...x: Tensor[]) => tf.sum(tf.mul(run(...x), upstream)))(given);
    const expected = gradientsOf(composed);
    gradientsOf(fused).forEach((gradient, i) => {
      expectClose(gradient, expected[i], 1e-4);
    });
  });
});

test("leaves no tensors behind", () => {
  const [x, w, b] = [tf.ones([4, 3]), tf.ones([3, 2]), tf.zeros([2])];
  const before = tf.memory().numTensors;
  tf.tidy(() => {
    dense(tf, x, w, b, "relu");
  });
  expect(tf.memory().numTensors).toBe(before);
});

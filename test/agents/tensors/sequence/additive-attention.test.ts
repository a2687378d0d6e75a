import { beforeAll, describe, expect, test } from "vitest";
import { additiveAttention } from "../../../../agents/tensors/sequence/additive-attention.ts";
import { loadTf } from "../../../../agents/tensors/tf.ts";
import type { Tensor, Tf } from "../../../../agents/tensors/types.ts";
import { createRng } from "../../../../env/model/rng.ts";
import { expectClose, finiteDifferences, randomTensor } from "../gradient-check.ts";
import { testBackend } from "../test-backend.ts";

let tf: Tf;
beforeAll(async () => {
  tf = (await loadTf(testBackend)).tf;
});

const [queries, keys, width] = [4, 3, 5];

function inputs(seed: string): Tensor[] {
  const rng = createRng(seed);
  return [
    randomTensor(tf, rng, [queries, width]),
    randomTensor(tf, rng, [keys, width]),
    randomTensor(tf, rng, [width]),
  ];
}

function composed(query: Tensor, key: Tensor, v: Tensor): Tensor {
  return tf.sum(tf.mul(tf.tanh(tf.add(tf.expandDims(query, 1), tf.expandDims(key, 0))), v), 2);
}

describe("additiveAttention", () => {
  test("gives what the composed operations give", () => {
    const [query, key, v] = inputs("forward");
    expectClose(additiveAttention(tf, query, key, v), composed(query, key, v), 1e-5);
  });

  test("has the gradients of the composed operations", () => {
    const given = inputs("backward");
    const upstream = randomTensor(tf, createRng("upstream"), [queries, keys]);
    const gradientsOf = (scores: (q: Tensor, k: Tensor, v: Tensor) => Tensor) =>
      tf.grads((...x: Tensor[]) => tf.sum(tf.mul(scores(x[0], x[1], x[2]), upstream)))(given);
    const expected = gradientsOf(composed);
    gradientsOf((q, k, v) => additiveAttention(tf, q, k, v)).forEach((gradient, i) => {
      expectClose(gradient, expected[i], 1e-4);
    });
  });

  test("has the gradients that finite differences show", () => {
    const given = inputs("differences");
    const upstream = randomTensor(tf, createRng("upstream"), [queries, keys]);
    const loss = (...x: Tensor[]) => tf.sum(tf.mul(additiveAttention(tf, x[0], x[1], x[2]), upstream));
    const gradients = tf.grads(loss)(given);
    given.forEach((_, i) => {
      expectClose(gradients[i], finiteDifferences(tf, loss, given, i), 2e-2);
    });
  });

  test("stays finite where the exponentials would overflow", () => {
    const query = tf.tensor2d([[1000, -1000]]);
    const key = tf.tensor2d([
      [1000, -1000],
      [-1000, 1000],
    ]);
    const scores = additiveAttention(tf, query, key, tf.tensor1d([1, 2])).dataSync();
    expect([...scores].every(Number.isFinite)).toBe(true);
    expect(scores[0]).toBeCloseTo(1 - 2, 5);
  });
});

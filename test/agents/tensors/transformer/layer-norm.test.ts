import { beforeAll, expect, test } from "vitest";
import { loadTf } from "../../../../agents/tensors/tf.ts";
import { layerNorm } from "../../../../agents/tensors/transformer/layer-norm.ts";
import type { Tensor, Tf } from "../../../../agents/tensors/types.ts";
import { createRng } from "../../../../env/model/rng.ts";
import { expectClose, finiteDifferences, randomTensor } from "../gradient-check.ts";
import { testBackend } from "../test-backend.ts";

let tf: Tf;
beforeAll(async () => {
  tf = (await loadTf(testBackend)).tf;
});

const inputs = () => {
  const rng = createRng("norm");
  return [randomTensor(tf, rng, [5, 6]), randomTensor(tf, rng, [6]), randomTensor(tf, rng, [6])];
};

test("layerNorm gives what the composed operations give", () => {
  const [x, gain, shift] = inputs();
  const { mean, variance } = tf.moments(x, 1, true);
  const normal = tf.div(tf.sub(x, mean), tf.sqrt(tf.add(variance, 1e-5)));
  expectClose(layerNorm(tf, x, gain, shift), tf.add(tf.mul(normal, gain), shift), 1e-5);
});

test("layerNorm has the gradients that finite differences show", () => {
  const upstream = randomTensor(tf, createRng("upstream"), [5, 6]);
  const loss = (...t: Tensor[]) => tf.sum(tf.mul(layerNorm(tf, t[0], t[1], t[2]), upstream));
  tf.grads(loss)(inputs()).forEach((gradient, i) => {
    expectClose(gradient, finiteDifferences(tf, loss, inputs(), i), 2e-2);
  });
});

test("layerNorm of a constant row is the shift", () => {
  const out = layerNorm(tf, tf.fill([1, 3], 7), tf.tensor1d([2, 2, 2]), tf.tensor1d([1, 2, 3]));
  expect(out.arraySync()).toEqual([[1, 2, 3]]);
});

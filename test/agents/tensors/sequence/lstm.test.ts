import { beforeAll, describe, expect, test } from "vitest";
import { lstm } from "../../../../agents/tensors/sequence/lstm.ts";
import { loadTf } from "../../../../agents/tensors/tf.ts";
import type { Tensor, Tensor2D, Tf } from "../../../../agents/tensors/types.ts";
import { createRng } from "../../../../env/model/rng.ts";
import { expectClose, finiteDifferences, randomTensor } from "../gradient-check.ts";
import { testBackend } from "../test-backend.ts";

let tf: Tf;
beforeAll(async () => {
  tf = (await loadTf(testBackend)).tf;
});

const [steps, batch, width] = [5, 3, 4];

function inputs(seed: string): Tensor[] {
  const rng = createRng(seed);
  return [
    randomTensor(tf, rng, [steps, batch, 4 * width]),
    randomTensor(tf, rng, [width, 4 * width]),
    randomTensor(tf, rng, [batch, width]),
    randomTensor(tf, rng, [batch, width]),
  ];
}

/** The same LSTM in plain TensorFlow operations. */
function composed(z: Tensor, weights: Tensor, h0: Tensor, c0: Tensor): Tensor {
  let [h, c] = [h0, c0];
  const outputs = tf.unstack(z).map((projected) => {
    const gates = tf.add(projected, tf.matMul(h as Tensor2D, weights as Tensor2D));
    const [input, forget, candidate, open] = tf.split(gates, 4, 1);
    c = tf.add(tf.mul(tf.sigmoid(forget), c), tf.mul(tf.sigmoid(input), tf.tanh(candidate)));
    h = tf.mul(tf.sigmoid(open), tf.tanh(c));
    return tf.concat([h, c], 1);
  });
  return tf.stack(outputs);
}

describe("lstm", () => {
  test("gives what the composed operations give", () => {
    const [z, weights, h0, c0] = inputs("forward");
    expectClose(lstm(tf, z, weights, h0, c0), composed(z, weights, h0, c0), 1e-5);
  });

  test("has the gradients of the composed operations", () => {
    const given = inputs("backward");
    const upstream = randomTensor(tf, createRng("upstream"), [steps, batch, 2 * width]);
    const fused = tf.grads((...x: Tensor[]) => tf.sum(tf.mul(lstm(tf, x[0], x[1], x[2], x[3]), upstream)));
    const plain = tf.grads((...x: Tensor[]) => tf.sum(tf.mul(composed(x[0], x[1], x[2], x[3]), upstream)));
    const expected = plain(given);
    fused(given).forEach((gradient, i) => {
      expectClose(gradient, expected[i], 1e-4);
    });
  });

  test("has the gradients that finite differences show", () => {
    const given = inputs("differences");
    const upstream = randomTensor(tf, createRng("upstream"), [steps, batch, 2 * width]);
    const loss = (...x: Tensor[]) => tf.sum(tf.mul(lstm(tf, x[0], x[1], x[2], x[3]), upstream));
    const gradients = tf.grads(loss)(given);
    given.forEach((_, i) => {
      expectClose(gradients[i], finiteDifferences(tf, loss, given, i), 2e-2);
    });
  });

  test("reads the last step first when reversed, forward and backward", () => {
    const given = inputs("reversed");
    const upstream = randomTensor(tf, createRng("upstream"), [steps, batch, 2 * width]);
    const turned = (...x: Tensor[]) => tf.reverse(lstm(tf, tf.reverse(x[0], 0), x[1], x[2], x[3]), 0);
    const reversed = (...x: Tensor[]) => lstm(tf, x[0], x[1], x[2], x[3], { reversed: true });
    expectClose(reversed(...given), turned(...given), 1e-6);
    const gradientsOf = (run: (...x: Tensor[]) => Tensor) =>
      tf.grads((...x: Tensor[]) => tf.sum(tf.mul(run(...x), upstream)))(given);
    const expected = gradientsOf(turned);
    gradientsOf(reversed).forEach((gradient, i) => {
      expectClose(gradient, expected[i], 1e-5);
    });
  });

  test("leaves no tensors behind", () => {
    const given = inputs("memory");
    const gradient = tf.grads((...x: Tensor[]) => tf.sum(lstm(tf, x[0], x[1], x[2], x[3])));
    const before = tf.memory().numTensors;
    tf.tidy(() => {
      gradient(given);
    });
    expect(tf.memory().numTensors).toBe(before);
  });
});

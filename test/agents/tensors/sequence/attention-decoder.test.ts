import { beforeAll, describe, expect, test } from "vitest";
import {
  attentionDecoder,
  type DecoderInputs,
} from "../../../../agents/tensors/sequence/attention-decoder.ts";
import { loadTf } from "../../../../agents/tensors/tf.ts";
import type { Tensor, Tensor2D, Tensor3D, Tf } from "../../../../agents/tensors/types.ts";
import { createRng } from "../../../../env/model/rng.ts";
import { expectClose, finiteDifferences, randomTensor } from "../gradient-check.ts";
import { testBackend } from "../test-backend.ts";

let tf: Tf;
beforeAll(async () => {
  tf = (await loadTf(testBackend)).tf;
});

const [steps, batch, width, memoryWidth, compared, groups] = [4, 3, 5, 6, 7, 3];
const names = [
  "projected",
  "contextWeights",
  "recurrent",
  "query",
  "v",
  "memory",
  "keys",
  "firstState",
  "firstCell",
] as const;

function inputs(seed: string, memories: number): Tensor[] {
  const rng = createRng(seed);
  const shapes = [
    [steps, batch, 4 * width],
    [memoryWidth, 4 * width],
    [width, 4 * width],
    [width, compared],
    [compared],
    [memories, groups, memoryWidth],
    [memories, groups, compared],
    [batch, width],
    [batch, width],
  ];
  return shapes.map((shape) => tf.mul(randomTensor(tf, rng, shape), 0.7));
}

const named = (list: readonly Tensor[]): DecoderInputs =>
  Object.fromEntries(names.map((name, i) => [name, list[i]])) as unknown as DecoderInputs;

const fused = (...list: Tensor[]): Tensor => attentionDecoder(tf, named(list));

function composed(...list: Tensor[]): Tensor {
  const { projected, contextWeights, recurrent, query, v, memory, keys, firstState, firstCell } = named(list);
  const product = (a: Tensor, b: Tensor) => tf.matMul(a as Tensor2D, b as Tensor2D);
  let [h, c, context]: Tensor[] = [firstState, firstCell, tf.zeros([batch, memoryWidth])];
  const rows = tf.unstack(projected).map((z) => {
    const gates = tf.add(z, tf.add(product(context, contextWeights), product(h, recurrent)));
    const [input, forget, candidate, open] = tf.split(gates, 4, 1);
    c = tf.add(tf.mul(tf.sigmoid(forget), c), tf.mul(tf.sigmoid(input), tf.tanh(candidate)));
    h = tf.mul(tf.sigmoid(open), tf.tanh(c));
    const sums = tf.add(tf.expandDims(product(h, query), 1), keys);
    const weights = tf.softmax(tf.sum(tf.mul(tf.tanh(sums), v), 2));
    context = tf.sum(tf.mul(tf.expandDims(weights, 2), memory as Tensor3D), 1);
    return tf.concat([h, c, context], 1);
  });
  return tf.stack(rows);
}

describe.each([
  ["one memory", 1],
  ["a memory for each row", batch],
])("attentionDecoder with %s", (_, memories) => {
  test("gives what the composed operations give", () => {
    const given = inputs("forward", memories);
    expectClose(fused(...given), composed(...given), 1e-5);
  });

  test("has the gradients of the composed operations", () => {
    const given = inputs("backward", memories);
    const upstream = randomTensor(tf, createRng("upstream"), [steps, batch, 2 * width + memoryWidth]);
    const gradientsOf = (decoder: (...x: Tensor[]) => Tensor) =>
      tf.grads((...x: Tensor[]) => tf.sum(tf.mul(decoder(...x), upstream)))(given);
    const expected = gradientsOf(composed);
    gradientsOf(fused).forEach((gradient, i) => {
      expectClose(gradient, expected[i], 1e-4);
    });
  });
});

test("has the gradients that finite differences show", () => {
  const given = inputs("differences", 1);
  const upstream = randomTensor(tf, createRng("upstream"), [steps, batch, 2 * width + memoryWidth]);
  const loss = (...x: Tensor[]) => tf.sum(tf.mul(fused(...x), upstream));
  const gradients = tf.grads(loss)(given);
  given.forEach((_, i) => {
    expectClose(gradients[i], finiteDifferences(tf, loss, given, i), 2e-2);
  });
});

test("compares values whose exponentials would overflow", () => {
  const given = inputs("far", 1);
  given[6] = tf.mul(given[6], 100);
  expectClose(fused(...given), composed(...given), 1e-4);
  const small = inputs("far", 1);
  small[3] = tf.mul(small[3], 100);
  expectClose(fused(...small), composed(...small), 1e-4);
});

test("leaves no tensors behind", () => {
  const given = inputs("memory", 1);
  const gradient = tf.grads((...x: Tensor[]) => tf.sum(fused(...x)));
  const before = tf.memory().numTensors;
  tf.tidy(() => {
    gradient(given);
  });
  expect(tf.memory().numTensors).toBe(before);
});

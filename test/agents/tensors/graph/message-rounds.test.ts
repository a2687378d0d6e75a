import { beforeAll, describe, expect, test } from "vitest";
import { dense } from "../../../../agents/tensors/dense.ts";
import { messageGraph, messageRounds } from "../../../../agents/tensors/graph/message-rounds.ts";
import { neighbourSum } from "../../../../agents/tensors/graph/neighbour-sum.ts";
import { loadTf } from "../../../../agents/tensors/tf.ts";
import type { Tensor, Tf } from "../../../../agents/tensors/types.ts";
import { createRng } from "../../../../env/model/rng.ts";
import { expectClose, finiteDifferences, randomTensor } from "../gradient-check.ts";
import { testBackend } from "../test-backend.ts";

let tf: Tf;
beforeAll(async () => {
  tf = (await loadTf(testBackend)).tf;
});

const nodes = 5;
const edges = {
  from: Int32Array.of(0, 0, 1, 2),
  to: Int32Array.of(1, 2, 3, 3),
  weight: Float32Array.of(1, 1, 0.5, 0.25),
};
/**
 * Of matrices and biases: message layers to 3 and to 20 columns, then one update layer. At width 16
 * all have 16 columns, which the kernel has tiles for.
 */
function shapes(width: number): number[][] {
  const [inner, sent] = width === 16 ? [16, 16] : [3, 20];
  return [[width, inner], [inner], [inner, sent], [sent], [sent, width], [width]];
}

function inputs(seed: string, states: number, width: number): Tensor[] {
  const rng = createRng(seed);
  return [[nodes * states, width], ...shapes(width)].map((shape) => randomTensor(tf, rng, shape));
}

const layersOf = (x: readonly Tensor[]) => ({
  message: [
    { matrix: x[1], bias: x[2] },
    { matrix: x[3], bias: x[4] },
  ],
  update: [{ matrix: x[5], bias: x[6] }],
});

const fused =
  (quiet: boolean, rounds = 3) =>
  (...x: Tensor[]): Tensor =>
    messageRounds(tf, x[0], layersOf(x), messageGraph(nodes, edges, { quiet }), { rounds });

function composed(quiet: boolean, rounds = 3) {
  const mask = tf.tensor2d(quiet ? [0, 1, 1, 1, 0] : [1, 1, 1, 1, 1], [nodes, 1]);
  return (...x: Tensor[]): Tensor => {
    const states = x[0].shape[0] / nodes;
    const { message, update } = layersOf(x);
    let vectors = x[0];
    for (let round = 0; round < rounds; round++) {
      const messages = message.reduce(
        (y, { matrix, bias }) => dense(tf, y, matrix, bias, "relu") as Tensor,
        vectors,
      );
      const sums = tf.reshape(neighbourSum(tf, tf.reshape(messages, [nodes, -1]), edges), [
        nodes * states,
        -1,
      ]);
      const received = update.reduce(
        (y, { matrix, bias }) => dense(tf, y, matrix, bias, "relu") as Tensor,
        sums,
      );
      const kept = tf.mul(tf.reshape(received, [nodes, -1]), mask);
      vectors = tf.add(x[0], tf.reshape(kept, x[0].shape));
    }
    return vectors;
  };
}

describe.each([
  { quiet: true, states: 1, width: 5 },
  { quiet: true, states: 3, width: 8 },
  { quiet: false, states: 2, width: 4 },
  { quiet: false, states: 3, width: 36 },
  { quiet: true, states: 2, width: 16 },
  { quiet: false, states: 4, width: 16 },
  { quiet: false, states: 3, width: 16 },
  // More rows than the kernel takes at once.
  { quiet: true, states: 14, width: 16 },
])("messageRounds, $states states of width $width, quiet $quiet", ({ quiet, states, width }) => {
  test("gives what the composed operations give", () => {
    const given = inputs("forward", states, width);
    expectClose(fused(quiet)(...given), composed(quiet)(...given), 1e-4);
  });

  test("has the gradients of the composed operations", () => {
    const given = inputs("backward", states, width);
    const upstream = randomTensor(tf, createRng("upstream"), given[0].shape);
    const gradientsOf = (rounds: (...x: Tensor[]) => Tensor) =>
      tf.grads((...x: Tensor[]) => tf.sum(tf.mul(rounds(...x), upstream)))(given);
    const expected = gradientsOf(composed(quiet));
    gradientsOf(fused(quiet)).forEach((gradient, i) => {
      expectClose(gradient, expected[i], 1e-4);
    });
  });

  test("passes over rows without gradient and gives the same", () => {
    const given = inputs("sparse", states, width);
    const upstream = tf.mul(
      randomTensor(tf, createRng("upstream"), given[0].shape),
      tf.oneHot(tf.fill([width], 3 * states, "int32"), nodes * states).transpose(),
    );
    const gradientsOf = (rounds: (...x: Tensor[]) => Tensor) =>
      tf.grads((...x: Tensor[]) => tf.sum(tf.mul(rounds(...x), upstream)))(given);
    const expected = gradientsOf(composed(quiet));
    gradientsOf(fused(quiet)).forEach((gradient, i) => {
      expectClose(gradient, expected[i], 1e-4);
    });
  });
});

describe.each([
  { quiet: true, states: 3, read: [1, 2, 8, 10] },
  { quiet: true, states: 2, read: [0, 7] },
  { quiet: false, states: 2, read: [3, 9] },
  { quiet: false, states: 1, read: [4] },
])("messageRounds that reads rows $read of $states states, quiet $quiet", ({ quiet, states, read }) => {
  const width = 4;
  const graph = messageGraph(nodes, edges, { quiet });
  const some = (...x: Tensor[]): Tensor =>
    messageRounds(tf, x[0], layersOf(x), graph, { rounds: 3, read: Int32Array.from(read) });
  const masked = (...x: Tensor[]): Tensor => {
    const mask = new Float32Array(nodes * states);
    for (const row of read) mask[row] = 1;
    return tf.mul(composed(quiet)(...x), tf.tensor2d(mask, [nodes * states, 1]));
  };

  test("gives these rows of the whole, else 0", () => {
    const given = inputs("read", states, width);
    expectClose(some(...given), masked(...given), 1e-4);
  });

  test("has their gradients", () => {
    const given = inputs("read back", states, width);
    const upstream = randomTensor(tf, createRng("upstream"), given[0].shape);
    const gradientsOf = (rounds: (...x: Tensor[]) => Tensor) =>
      tf.grads((...x: Tensor[]) => tf.sum(tf.mul(rounds(...x), upstream)))(given);
    const expected = gradientsOf(masked);
    gradientsOf(some).forEach((gradient, i) => {
      expectClose(gradient, expected[i], 1e-4);
    });
  });
});

test("16 columns have kernels of their own for an even number of states, with the bits of one state", () => {
  const [start, ...layers] = inputs("bits", 2, 16);
  const states = tf.reshape(start, [nodes, 2, 16]);
  const both = tf.reshape(fused(true)(start, ...layers), [nodes, 2, 16]);
  for (const state of [0, 1]) {
    const own = tf.reshape(tf.slice(states, [0, state, 0], [nodes, 1, 16]), [nodes, 16]);
    const alone = fused(true)(own, ...layers);
    const wanted = tf.reshape(tf.slice(both, [0, state, 0], [nodes, 1, 16]), [nodes, 16]);
    expect([...alone.dataSync()]).toEqual([...wanted.dataSync()]);
  }
});

test("no rounds give the start", () => {
  const given = inputs("none", 2, 4);
  expectClose(fused(true, 0)(...given), given[0], 1e-6);
});

test("has the gradients that finite differences show", () => {
  const given = inputs("differences", 2, 4).map((x) => tf.mul(x, 0.5));
  const upstream = randomTensor(tf, createRng("upstream"), given[0].shape);
  const loss = (...x: Tensor[]) => tf.sum(tf.mul(fused(true, 2)(...x), upstream));
  const gradients = tf.grads(loss)(given);
  // Of a relu that opens within the step, the differences show a mean of two slopes.
  given.forEach((_, i) => {
    const shown = finiteDifferences(tf, loss, given, i);
    const apart = tf.abs(tf.sub(gradients[i], shown)).dataSync();
    const far = apart.filter((x) => x > 2e-2).length;
    expect(far / apart.length).toBeLessThan(0.1);
  });
});

test("leaves no tensors behind", () => {
  const given = inputs("memory", 2, 4);
  const gradient = tf.grads((...x: Tensor[]) => tf.sum(fused(true)(...x)));
  const before = tf.memory().numTensors;
  tf.tidy(() => {
    gradient(given);
  });
  expect(tf.memory().numTensors).toBe(before);
});

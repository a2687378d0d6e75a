import { beforeAll, describe, expect, test } from "vitest";
import { loadTf } from "../../../../agents/tensors/tf.ts";
import { segmentAttention } from "../../../../agents/tensors/transformer/segment-attention.ts";
import type { Tensor, Tensor2D, Tf } from "../../../../agents/tensors/types.ts";
import { createRng } from "../../../../env/model/rng.ts";
import { expectClose, finiteDifferences, randomTensor } from "../gradient-check.ts";
import { testBackend } from "../test-backend.ts";

let tf: Tf;
beforeAll(async () => {
  tf = (await loadTf(testBackend)).tf;
});

const WIDTH = 4;
const HEADS = 2;

const inputs = (rows: number) => {
  const rng = createRng("attention");
  return [
    randomTensor(tf, rng, [rows, WIDTH]),
    randomTensor(tf, rng, [WIDTH, 3 * WIDTH]),
    randomTensor(tf, rng, [3 * WIDTH]),
  ];
};

/**
 * The slow obvious twin: segment after segment in composed operations. Head by head, over the rows
 * of the segment before, held constant, and its own.
 */
function twin(x: Tensor, projection: Tensor, bias: Tensor, segment: number): Tensor {
  const rows = x.shape[0];
  const outputs: Tensor[] = [];
  let cache: Tensor | null = null;
  for (let first = 0; first < rows; first += segment) {
    const own = tf.slice(x, [first, 0], [Math.min(segment, rows - first), WIDTH]);
    const seen = cache === null ? own : tf.concat([cache, own], 0);
    const project = (states: Tensor) => tf.add(tf.matMul(states as Tensor2D, projection as Tensor2D), bias);
    const part = (states: Tensor, kind: number, head: number) => {
      const columns = WIDTH / HEADS;
      return tf.slice(
        project(states),
        [0, kind * WIDTH + head * columns],
        [states.shape[0], columns],
      ) as Tensor2D;
    };
    const heads = Array.from({ length: HEADS }, (_, head) => {
      const scores = tf.matMul(part(own, 0, head), part(seen, 1, head), false, true);
      const weights = tf.softmax(tf.div(scores, Math.sqrt(WIDTH / HEADS))) as Tensor2D;
      return tf.matMul(weights, part(seen, 2, head));
    });
    outputs.push(tf.concat(heads, 1));
    // A copy that no gradient passes through.
    cache = tf.tensor(own.dataSync(), own.shape as number[]);
  }
  return tf.concat(outputs, 0);
}

// Whole segments, a ragged last one, one alone, and one row in a segment.
const cases = [
  [6, 3],
  [7, 3],
  [5, 8],
  [4, 1],
] as const;

describe.each(cases)("segmentAttention over %d rows in segments of %d", (rows, segment) => {
  test("gives what the composed operations give", () => {
    const [x, projection, bias] = inputs(rows);
    const actual = segmentAttention(tf, x, projection, bias, { heads: HEADS, segment });
    expectClose(actual, twin(x, projection, bias, segment), 1e-5);
  });

  test("has the gradients of the composed operations, none through the cached states", () => {
    const upstream = randomTensor(tf, createRng("upstream"), [rows, WIDTH]);
    const gradients = (attention: (x: Tensor, p: Tensor, b: Tensor) => Tensor) =>
      tf.grads((...t: Tensor[]) => tf.sum(tf.mul(attention(t[0], t[1], t[2]), upstream)))(inputs(rows));
    const expected = gradients((x, p, b) => twin(x, p, b, segment));
    gradients((x, p, b) => segmentAttention(tf, x, p, b, { heads: HEADS, segment })).forEach(
      (gradient, i) => {
        expectClose(gradient, expected[i], 1e-4);
      },
    );
  });
});

test("within one segment the gradients are those that finite differences show", () => {
  const upstream = randomTensor(tf, createRng("upstream"), [5, WIDTH]);
  const loss = (...t: Tensor[]) =>
    tf.sum(tf.mul(segmentAttention(tf, t[0], t[1], t[2], { heads: HEADS, segment: 5 }), upstream));
  tf.grads(loss)(inputs(5)).forEach((gradient, i) => {
    expectClose(gradient, finiteDifferences(tf, loss, inputs(5), i), 2e-2);
  });
});

test("a row sees its own segment and the one before, and no other", () => {
  const [x, projection, bias] = inputs(9);
  const seenBy = (row: number) => {
    const before = segmentAttention(tf, x, projection, bias, { heads: HEADS, segment: 3 });
    return Array.from({ length: 9 }, (_, moved) => {
      const mask = tf.tensor2d(
        Float32Array.from({ length: 9 }, (_, r) => Number(r === moved)),
        [9, 1],
      );
      const after = segmentAttention(tf, tf.add(x, mask), projection, bias, { heads: HEADS, segment: 3 });
      const change = tf.sum(tf.abs(tf.sub(after, before)), 1).dataSync();
      return change[row] > 0 ? moved : -1;
    }).filter((moved) => moved !== -1);
  };
  expect(seenBy(1)).toEqual([0, 1, 2]);
  expect(seenBy(7)).toEqual([3, 4, 5, 6, 7, 8]);
});

test("without positions, the order within a segment does not matter", () => {
  const [x, projection, bias] = inputs(6);
  const order = [2, 0, 1, 5, 3, 4];
  const permuted = segmentAttention(tf, tf.gather(x, order), projection, bias, { heads: HEADS, segment: 3 });
  const straight = segmentAttention(tf, x, projection, bias, { heads: HEADS, segment: 3 });
  expectClose(permuted, tf.gather(straight, order), 1e-5);
});

test("needs the memory of one segment beyond inputs and outputs, however long the sequence", () => {
  const peakBeyond = (rows: number) => {
    const [x, projection, bias] = inputs(rows);
    const before = tf.memory().numBytes;
    let most = 0;
    const softmax = tf.softmax;
    const watched: Tf = Object.create(tf, {
      softmax: {
        value: (scores: Tensor) => {
          most = Math.max(most, tf.memory().numBytes - before);
          return softmax(scores);
        },
      },
    });
    tf.tidy(() => segmentAttention(watched, x, projection, bias, { heads: HEADS, segment: 4 }));
    const projected = rows * 3 * WIDTH * 4;
    return most - projected;
  };
  expect(peakBeyond(400)).toBe(peakBeyond(40));
});

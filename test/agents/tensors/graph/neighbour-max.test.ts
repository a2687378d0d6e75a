import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { neighbourMax, neighboursOf } from "../../../../agents/tensors/graph/neighbour-max.ts";
import { loadTf } from "../../../../agents/tensors/tf.ts";
import type { Tensor, Tf } from "../../../../agents/tensors/types.ts";
import { createRng } from "../../../../env/model/rng.ts";
import { expectClose, finiteDifferences, randomTensor } from "../gradient-check.ts";
import { testBackend } from "../test-backend.ts";

let tf: Tf;
beforeAll(async () => {
  tf = (await loadTf(testBackend)).tf;
});

test("neighboursOf lists both ends of every edge with each other", () => {
  const { start, neighbour } = neighboursOf(4, [0, 0, 1], [1, 2, 2]);
  const of = (v: number) => [...neighbour.subarray(start[v], start[v + 1])].sort();
  expect([0, 1, 2, 3].map(of)).toEqual([[1, 2], [0, 2], [0, 1], []]);
});

describe("neighbourMax", () => {
  const path = neighboursOf(4, [0, 1], [1, 2]);

  test("takes each column's largest value, negative ones too, and 0 without neighbours", () => {
    const x = tf.tensor2d([
      [-1, 10],
      [-2, 20],
      [-3, 30],
      [9, 9],
    ]);
    expect(neighbourMax(tf, x, path).arraySync()).toEqual([
      [-2, 20],
      [-1, 30],
      [-2, 20],
      [0, 0],
    ]);
  });

  test("equals the maximum over lists, whatever the graph", () => {
    const edges = fc.array(fc.tuple(fc.nat(5), fc.nat(5)), { maxLength: 12 });
    fc.assert(
      fc.property(edges, fc.integer(), (pairs, seed) => {
        const x = randomTensor(tf, createRng(seed), [6, 2]);
        const rows = x.arraySync() as number[][];
        const wanted = rows.map((_, v) => {
          const seen = pairs.flatMap(([a, b]) => [...(a === v ? [b] : []), ...(b === v ? [a] : [])]);
          return [0, 1].map((k) => (seen.length === 0 ? 0 : Math.max(...seen.map((u) => rows[u][k]))));
        });
        const [from, to] = [pairs.map(([a]) => a), pairs.map(([, b]) => b)];
        expect(neighbourMax(tf, x, neighboursOf(6, from, to)).arraySync()).toEqual(wanted);
      }),
      { numRuns: 40 },
    );
  });

  test("gives the gradient to one of equal neighbours, so none counts twice", () => {
    const x = tf.tensor2d([[1], [5], [1], [0]]);
    const [gradient] = tf.grads((t: Tensor) => tf.sum(neighbourMax(tf, t, path)))([x]);
    expect(gradient.arraySync()).toEqual([[1], [2], [0], [0]]);
  });

  test("has the gradients that finite differences show", () => {
    const x = tf.mul(randomTensor(tf, createRng("max"), [4, 3]), 10);
    const upstream = randomTensor(tf, createRng("upstream"), [4, 3]);
    const loss = (...t: Tensor[]) => tf.sum(tf.mul(neighbourMax(tf, t[0], path), upstream));
    expectClose(tf.grads(loss)([x])[0], finiteDifferences(tf, loss, [x], 0), 2e-2);
  });
});

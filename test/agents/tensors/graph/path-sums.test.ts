import { beforeAll, describe, expect, test } from "vitest";
import { pathSums } from "../../../../agents/tensors/graph/path-sums.ts";
import { loadTf } from "../../../../agents/tensors/tf.ts";
import type { Tensor, Tf } from "../../../../agents/tensors/types.ts";
import { createRng } from "../../../../env/model/rng.ts";
import { expectClose, finiteDifferences, randomTensor } from "../gradient-check.ts";
import { testBackend } from "../test-backend.ts";

let tf: Tf;
beforeAll(async () => {
  tf = (await loadTf(testBackend)).tf;
});

/** 0 and 1 lead to 2, which leads to 4; 3 ends at once. */
const paths = { next: Int32Array.of(2, 2, 4, -1, -1), order: Int32Array.of(3, 4, 2, 0, 1) };

describe("pathSums", () => {
  test("adds what is on the path of each node, in every state", () => {
    const x = tf.tensor2d([1, 2, 4, 8, 16, 10, 20, 40, 80, 160], [10, 1]);
    const expected = [21, 22, 20, 8, 16, 210, 220, 200, 80, 160];
    expect([...pathSums(tf, x, paths).dataSync()]).toEqual(expected);
  });

  test("has the gradient that finite differences give", () => {
    const x = randomTensor(tf, createRng("x"), [10, 2]);
    const upstream = randomTensor(tf, createRng("upstream"), [10, 2]);
    const loss = (input: Tensor) => tf.sum(tf.mul(pathSums(tf, input, paths), upstream));
    expectClose(tf.grad(loss)(x), finiteDifferences(tf, loss as never, [x], 0), 0.02);
  });
});

import { beforeAll, describe, expect, test } from "vitest";
import { loadTf, readOut } from "../../../agents/tensors/tf.ts";
import type { Tensor, Tensor2D, Tf } from "../../../agents/tensors/types.ts";
import { InputError } from "../../../env/model/errors.ts";
import { createRng } from "../../../env/model/rng.ts";
import { expectClose, finiteDifferences, randomTensor } from "./gradient-check.ts";

let tf: Tf;
beforeAll(async () => {
  tf = (await loadTf("wasm")).tf;
});

describe("loadTf", () => {
  test("computes on the backend that it names", async () => {
    expect((await loadTf("wasm")).backend).toBe("wasm");
    expect(tf.getBackend()).toBe("wasm");
  });

  test("refuses a second backend in the same process with a sentence", async () => {
    await expect(loadTf("cpu")).rejects.toThrow(InputError);
    await expect(loadTf("cpu")).rejects.toThrow("already computes on the wasm backend");
  });

  test("refuses an unknown backend with a sentence", async () => {
    await expect(loadTf("gpu" as "wasm")).rejects.toThrow('"gpu", expected wasm, native or cpu');
  });

  test("leaves the process's error listeners as they were", () => {
    const source = process.listeners("uncaughtException").map(String).join();
    expect(source).not.toContain("ExitStatus");
  });
});

describe("the wasm backend", () => {
  test.each([
    [false, false],
    [false, true],
    [true, false],
    [true, true],
  ])("differentiates a matrix product with transposes %s, %s", (transposeA, transposeB) => {
    const rng = createRng(`product/${transposeA}/${transposeB}`);
    const a = randomTensor(tf, rng, transposeA ? [3, 5] : [5, 3]);
    const b = randomTensor(tf, rng, transposeB ? [4, 3] : [3, 4]);
    const upstream = randomTensor(tf, rng, [5, 4]);
    const loss = (...x: Tensor[]) =>
      tf.sum(tf.mul(tf.matMul(x[0] as Tensor2D, x[1] as Tensor2D, transposeA, transposeB), upstream));
    const gradients = tf.grads(loss)([a, b]);
    [a, b].forEach((_, i) => {
      expectClose(gradients[i], finiteDifferences(tf, loss, [a, b], i), 2e-2);
    });
  });

  test("gathers rows for indices of any shape, and differentiates them", () => {
    const x = tf.tensor2d([1, 2, 3, 4, 5, 6], [3, 2]);
    const rows = tf.tensor2d([2, 0, 2, 2], [2, 2], "int32");
    const gathered = tf.gather(x, rows);
    expect(gathered.shape).toEqual([2, 2, 2]);
    expect([...gathered.dataSync()]).toEqual([5, 6, 1, 2, 5, 6, 5, 6]);
    const gradient = tf.grad((given) => tf.sum(tf.gather(given, rows)))(x);
    expect([...gradient.dataSync()]).toEqual([1, 1, 0, 0, 3, 3]);
    const columns = tf.gather(x, tf.tensor1d([1], "int32"), 1);
    expect([...columns.dataSync()]).toEqual([2, 4, 6]);
    const counts = tf.gather(tf.tensor1d([7, 8, 9], "int32"), tf.scalar(1, "int32"));
    expect([counts.dtype, counts.dataSync()[0]]).toEqual(["int32", 8]);
  });

  test("refuses to gather a row that is not there", () => {
    const gather = () => tf.gather(tf.tensor2d([[1], [2]]), tf.tensor1d([2], "int32"));
    expect(gather).toThrow("GatherV2: the index value 2 is not in");
  });

  test("sums unsorted segments and drops rows outside the range", () => {
    const x = tf.tensor2d([
      [1, 2],
      [3, 4],
      [5, 6],
      [7, 8],
    ]);
    const sums = tf.unsortedSegmentSum(x, tf.tensor1d([2, 0, 2, 9], "int32"), 3);
    expect(sums.arraySync()).toEqual([
      [3, 4],
      [0, 0],
      [6, 8],
    ]);
  });

  test("differentiates gather with repeated rows", () => {
    const rows = tf.tensor1d([0, 0, 2], "int32");
    const gradient = tf.grad((x) => tf.sum(tf.gather(x, rows)))(tf.ones([4, 2]));
    expect(gradient.arraySync()).toEqual([
      [2, 2],
      [0, 0],
      [1, 1],
      [0, 0],
    ]);
  });
});

test("readOut frees the tensors and answers the numbers", () => {
  const before = tf.memory().numTensors;
  const values = readOut(tf, () => tf.add(tf.ones([3]), 1).dataSync());
  expect([...values]).toEqual([2, 2, 2]);
  expect(tf.memory().numTensors).toBe(before);
});

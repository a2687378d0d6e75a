import { beforeAll, describe, expect, test } from "vitest";
import { type PlacedEpisode, placedSums } from "../../../../agents/learned/dual-policy/placed-sums.ts";
import { loadTf } from "../../../../agents/tensors/tf.ts";
import type { Tensor, Tf } from "../../../../agents/tensors/types.ts";
import { createRng } from "../../../../env/model/rng.ts";
import { expectClose, finiteDifferences, randomTensor } from "../../tensors/gradient-check.ts";
import { testBackend } from "../../tensors/test-backend.ts";

let tf: Tf;
beforeAll(async () => {
  tf = (await loadTf(testBackend)).tf;
});

const devices = 2;
/** Two episodes of four tasks; not every step has a decision. */
const one: readonly PlacedEpisode[] = [
  {
    placed: Int32Array.of(2, 0, 3, 1),
    device: Int32Array.of(1, 0, 0, 1),
    before: Int32Array.of(0, 2, 3),
    firstRow: Int32Array.of(0, 0, 0),
  },
  {
    placed: Int32Array.of(0, 1, 2, 3),
    device: Int32Array.of(1, 1, 0, 1),
    before: Int32Array.of(1, 3),
    firstRow: Int32Array.of(0, 0),
  },
];
/** The same with a state for each step of each episode. */
const each = one.map((episode, i) => ({
  ...episode,
  firstRow: episode.before.map((before) => (4 * i + before) * 4),
}));

describe.each([
  ["one encoding", one, 4, false],
  ["an encoding for each step", each, 32, true],
] as const)("what is on a device, with %s", (_, episodes, rows, isPerStep) => {
  test("is the sum over the tasks placed there before, over the number of tasks", () => {
    const table = randomTensor(tf, createRng("table"), [rows, 3]);
    const values = table.dataSync();
    const expected: number[] = [];
    for (const { placed, device, before, firstRow } of episodes)
      before.forEach((count, row) => {
        for (let d = 0; d < devices; d++)
          for (let c = 0; c < 3; c++) {
            const there = [...placed.subarray(0, count)].filter((task) => device[task] === d);
            expected.push(there.reduce((sum, task) => sum + values[(firstRow[row] + task) * 3 + c], 0) / 4);
          }
      });
    const sums = placedSums(tf, table, episodes, devices, isPerStep);
    expectClose(sums, tf.tensor2d(expected, [10, 3]), 1e-6);
  });

  test("has the gradient that finite differences give", () => {
    const table = randomTensor(tf, createRng("table"), [rows, 3]);
    const upstream = randomTensor(tf, createRng("upstream"), [10, 3]);
    const loss = (x: Tensor) => tf.sum(tf.mul(placedSums(tf, x, episodes, devices, isPerStep), upstream));
    expect(loss(table).dataSync()[0]).not.toBe(0);
    expectClose(tf.grad(loss)(table), finiteDifferences(tf, loss as never, [table], 0), 0.02);
  });
});

import { expect, test } from "vitest";
import { groupHead, withStart } from "../../../../agents/nets/placers/group-head.ts";
import { createWeights } from "../../../../agents/nets/weights.ts";
import { loadTf } from "../../../../agents/tensors/tf.ts";
import type { Tensor, Tensor2D } from "../../../../agents/tensors/types.ts";
import { createRng } from "../../../../env/index.ts";
import { testBackend } from "../../tensors/test-backend.ts";

const { tf } = await loadTf(testBackend);

function small() {
  const weights = createWeights(tf);
  const size = { inputs: 3, hidden: 4, groups: 3, activation: "relu" } as const;
  const head = groupHead(tf, weights, size, createRng(2));
  // Hidden units off the kink of the relu, so that differences are those of the slope.
  const rows = tf.tensor2d([0.9, -0.4, 0.3, 0.2, 0.8, -0.7], [2, 3]);
  return { weights, head, rows };
}

test("The gradient of the log-probabilities of groups is that of finite differences", () => {
  const { weights, head, rows } = small();
  const loss = (): Tensor => {
    const logits = withStart(tf, head(rows), { group: Int32Array.of(1, 0), logits: 0.5 }, 0, 2);
    return tf.sum(tf.mul(tf.logSoftmax(logits), tf.tensor2d([1, 0, 0, 0, -2, 0.5], [2, 3])));
  };
  const { grads } = tf.variableGrads(loss as never, [...weights.list]);
  const STEP = 1e-2;
  for (const variable of weights.list) {
    const before = variable.dataSync().slice() as Float32Array;
    const slope = grads[variable.name].dataSync();
    const valueAt = (i: number, change: number) => {
      const moved = before.slice();
      moved[i] += change;
      variable.assign(tf.tensor(moved, variable.shape));
      return loss().dataSync()[0];
    };
    before.forEach((_, i) => {
      const difference = (valueAt(i, STEP) - valueAt(i, -STEP)) / (2 * STEP);
      expect(slope[i], `${variable.name} ${i}`).toBeCloseTo(difference, 2);
    });
    variable.assign(tf.tensor(before, variable.shape));
  }
  weights.dispose();
});

test("A head start adds its logits to one group of each unit, from the first asked for on", () => {
  const { head, rows, weights } = small();
  const plain = head(rows);
  expect(withStart(tf, plain, undefined, 0, 2)).toBe(plain);
  const group = Int32Array.of(9, 2, 0);
  const added = tf.sub(withStart(tf, plain, { group, logits: 4 }, 1, 3), plain) as Tensor2D;
  const expected = [
    [0, 0, 4],
    [4, 0, 0],
  ];
  added.arraySync().forEach((row, u) => {
    row.forEach((value, g) => {
      expect(value).toBeCloseTo(expected[u][g], 5);
    });
  });
  weights.dispose();
});

import { beforeAll, describe, expect, test } from "vitest";
import { dense } from "../../../agents/tensors/dense.ts";
import { meanEdges, neighbourSum } from "../../../agents/tensors/graph/neighbour-sum.ts";
import { loadTf } from "../../../agents/tensors/tf.ts";
import type { Tensor, Tensor2D, Tf } from "../../../agents/tensors/types.ts";
import { createRng } from "../../../env/model/rng.ts";
import { expectClose, finiteDifferences, randomTensor } from "./gradient-check.ts";
import { testBackend } from "./test-backend.ts";

let tf: Tf;
beforeAll(async () => {
  tf = (await loadTf(testBackend)).tf;
});

describe.each(["relu", "tanh", "linear"] as const)("dense with %s", (activation) => {
  const inputs = () => {
    const rng = createRng("dense");
    return [randomTensor(tf, rng, [6, 3]), randomTensor(tf, rng, [3, 4]), randomTensor(tf, rng, [4])];
  };
  const composed = (x: Tensor, w: Tensor, b: Tensor) => {
    const y = tf.add(tf.matMul(x as Tensor2D, w as Tensor2D), b);
    if (activation === "linear") return y;
    return activation === "relu" ? tf.relu(y) : tf.tanh(y);
  };

  test("gives what the composed operations give", () => {
    const [x, w, b] = inputs();
    expectClose(dense(tf, x, w, b, activation), composed(x, w, b), 1e-5);
  });

  test("has the gradients of the composed operations", () => {
    const upstream = randomTensor(tf, createRng("upstream"), [6, 4]);
    const gradients = (layer: (x: Tensor, w: Tensor, b: Tensor) => Tensor) =>
      tf.grads((...t: Tensor[]) => tf.sum(tf.mul(layer(t[0], t[1], t[2]), upstream)))(inputs());
    const expected = gradients(composed);
    gradients((x, w, b) => dense(tf, x, w, b, activation)).forEach((gradient, i) => {
      expectClose(gradient, expected[i], 1e-4);
    });
  });
});

test("a constant input leaves the gradients of the weights as they are", () => {
  const rng = createRng("constant");
  const x = randomTensor(tf, rng, [6, 3]);
  const given = [randomTensor(tf, rng, [3, 4]), randomTensor(tf, rng, [4])];
  const gradients = (constant: boolean) =>
    tf.grads((w: Tensor, b: Tensor) => tf.sum(dense(tf, tf.clone(x), w, b, "tanh", { constant })))(given);
  const expected = gradients(false);
  gradients(true).forEach((gradient, i) => {
    expectClose(gradient, expected[i], 1e-6);
  });
});

describe("neighbourSum", () => {
  const edges = {
    from: Int32Array.of(0, 0, 1, 2),
    to: Int32Array.of(1, 2, 3, 3),
    weight: Float32Array.of(1, 1, 1, 0.5),
  };

  test("adds the weighted rows of all neighbours, and nothing where there are none", () => {
    const x = tf.tensor2d([
      [1, 10],
      [2, 20],
      [3, 30],
      [4, 40],
    ]);
    expect(neighbourSum(tf, x, edges).arraySync()).toEqual([
      [0, 0],
      [1, 10],
      [1, 10],
      [3.5, 35],
    ]);
  });

  test("takes the mean with the weights of meanEdges", () => {
    const x = tf.tensor2d([[1], [2], [4], [8]]);
    expect(neighbourSum(tf, x, meanEdges(edges)).arraySync()).toEqual([[0], [1], [1], [3]]);
  });

  test("adds into more or fewer rows than there are, with the gradients that finite differences show", () => {
    const x = randomTensor(tf, createRng("rows"), [4, 3]);
    for (const rows of [6, 2]) {
      const into = { ...edges, to: edges.to.map((to) => to % rows) };
      const upstream = randomTensor(tf, createRng("upstream"), [rows, 3]);
      const loss = (...t: Tensor[]) => tf.sum(tf.mul(neighbourSum(tf, t[0], into, rows), upstream));
      expect(neighbourSum(tf, x, into, rows).shape).toEqual([rows, 3]);
      expectClose(tf.grads(loss)([x])[0], finiteDifferences(tf, loss, [x], 0), 2e-2);
    }
  });

  test("has the gradients that finite differences show", () => {
    const x = randomTensor(tf, createRng("sum"), [4, 3]);
    const upstream = randomTensor(tf, createRng("upstream"), [4, 3]);
    const loss = (...t: Tensor[]) => tf.sum(tf.mul(neighbourSum(tf, t[0], edges), upstream));
    expectClose(tf.grads(loss)([x])[0], finiteDifferences(tf, loss, [x], 0), 2e-2);
  });
});

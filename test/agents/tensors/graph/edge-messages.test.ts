import { beforeAll, describe, expect, test } from "vitest";
import { edgeMessages } from "../../../../agents/tensors/graph/edge-messages.ts";
import { loadTf } from "../../../../agents/tensors/tf.ts";
import type { Tensor, Tf } from "../../../../agents/tensors/types.ts";
import { createRng } from "../../../../env/model/rng.ts";
import { expectClose, finiteDifferences, randomTensor } from "../gradient-check.ts";
import { testBackend } from "../test-backend.ts";

let tf: Tf;
beforeAll(async () => {
  tf = (await loadTf(testBackend)).tf;
});

const edges = { from: Int32Array.of(0, 0, 1, 2, 2), to: Int32Array.of(1, 2, 2, 0, 2) };
const [nodes, states, width, gates] = [3, 2, 2, 3];
const inputs = () => {
  const rng = createRng("messages");
  return [randomTensor(tf, rng, [states * nodes, width]), randomTensor(tf, rng, [edges.from.length, gates])];
};

describe("edgeMessages", () => {
  test("is the sum over edges of gate times source, state by state", () => {
    const [x, gate] = inputs();
    const [values, factors] = [x.dataSync(), gate.dataSync()];
    const expected = new Float32Array(states * nodes * gates * width);
    for (let state = 0; state < states; state++)
      edges.from.forEach((source, e) => {
        for (let j = 0; j < gates; j++)
          for (let c = 0; c < width; c++)
            expected[((state * nodes + edges.to[e]) * gates + j) * width + c] +=
              factors[e * gates + j] * values[(state * nodes + source) * width + c];
      });
    const shape: [number, number] = [states * nodes, gates * width];
    expectClose(edgeMessages(tf, x, gate, edges, nodes), tf.tensor2d(expected, shape), 1e-6);
  });

  test("has the gradients that finite differences give", () => {
    const upstream = randomTensor(tf, createRng("upstream"), [states * nodes, gates * width]);
    const loss = (x: Tensor, gate: Tensor) =>
      tf.sum(tf.mul(edgeMessages(tf, x, gate, edges, nodes), upstream));
    const gradients = tf.grads((...t: Tensor[]) => loss(t[0], t[1]))(inputs());
    expect(gradients.length).toBe(2);
    gradients.forEach((gradient, i) => {
      expectClose(gradient, finiteDifferences(tf, loss as never, inputs(), i), 0.02);
    });
  });
});

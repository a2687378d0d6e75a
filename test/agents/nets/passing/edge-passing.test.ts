import { beforeAll, describe, test } from "vitest";
import { type AttributedGraph, edgePassing } from "../../../../agents/nets/passing/edge-passing.ts";
import { createWeights } from "../../../../agents/nets/weights.ts";
import { loadTf } from "../../../../agents/tensors/tf.ts";
import type { Tensor, Tf } from "../../../../agents/tensors/types.ts";
import { createRng } from "../../../../env/model/rng.ts";
import { expectClose, finiteDifferences, randomTensor } from "../../tensors/gradient-check.ts";
import { testBackend } from "../../tensors/test-backend.ts";

let tf: Tf;
beforeAll(async () => {
  tf = (await loadTf(testBackend)).tf;
});

const size = { nodeColumns: 2, edgeColumns: 1, width: 3, rounds: 2, together: "sum" as const };
const graph: AttributedGraph = {
  nodes: 4,
  edges: { from: Int32Array.of(0, 1, 0, 2), to: Int32Array.of(1, 2, 2, 0) },
  edgeFeatures: Float32Array.of(0.5, -1, 2, 0.25),
};

function made(options: Partial<typeof size> | { together: "mean" } = {}) {
  const weights = createWeights(tf);
  const passing = edgePassing(tf, weights, "net", { ...size, ...options }, createRng("weights"));
  // Biases away from 0, so that a missing one shows.
  const rng = createRng("biases");
  for (const variable of weights.list)
    if (variable.shape.length === 1) variable.assign(randomTensor(tf, rng, variable.shape) as never);
  return { weights, passing };
}

/** One number at a time, with the saved weights. */
function slowly(
  saved: ReturnType<ReturnType<typeof createWeights>["save"]>,
  features: number[][],
): number[][] {
  const values = (name: string) => {
    const { shape, data } = saved[`net ${name}`];
    const bytes = Uint8Array.from(Buffer.from(data, "base64"));
    return { shape, flat: [...new Float32Array(bytes.buffer)] };
  };
  const layer = (x: number[], name: string, hasRelu: boolean) => {
    const { shape, flat } = values(name);
    const bias = values(`${name} bias`).flat;
    return bias.map((offset, out) => {
      const sum = x.reduce((total, value, i) => total + value * flat[i * shape[1] + out], offset);
      return hasRelu ? Math.max(0, sum) : sum;
    });
  };
  let x = features.map((row) => layer(row, "start", true));
  for (let round = 0; round < size.rounds; round++) {
    const received = x.map((row) => row.map(() => 0));
    graph.edges.from.forEach((from, e) => {
      const to = graph.edges.to[e];
      const seen = [...x[from], ...x[to], graph.edgeFeatures[e]];
      const message = layer(layer(seen, `message ${round} 0`, true), `message ${round} 1`, true);
      received[to] = received[to].map((sum, i) => sum + message[i]);
    });
    x = x.map((row, v) => {
      const change = layer(
        layer([...row, ...received[v]], `change ${round} 0`, true),
        `change ${round} 1`,
        false,
      );
      return row.map((value, i) => value + change[i]);
    });
  }
  return x;
}

describe("message passing with edge features", () => {
  test("is what its formula says, written out", () => {
    const { weights, passing } = made();
    const features = randomTensor(tf, createRng("features"), [4, 2]);
    const expected = slowly(weights.save(), features.arraySync() as number[][]);
    expectClose(passing.over(graph)(features), tf.tensor(expected), 1e-4);
    weights.dispose();
  });

  test.each(["sum", "mean"] as const)("has the gradient of finite differences, with the %s", (together) => {
    const { weights, passing } = made({ together });
    const embed = passing.over(graph);
    const features = randomTensor(tf, createRng("features"), [4, 2]);
    const loss = (x: Tensor) => tf.sum(tf.square(embed(x)));
    const gradient = tf.grad(loss)(features);
    expectClose(gradient, finiteDifferences(tf, loss, [features], 0), 0.05);
    weights.dispose();
  });

  test("of a relabelled graph is relabelled", () => {
    const { weights, passing } = made();
    const order = [2, 0, 3, 1];
    const at = (v: number) => order.indexOf(v);
    const features = randomTensor(tf, createRng("features"), [4, 2]);
    const moved = {
      ...graph,
      edges: { from: graph.edges.from.map(at), to: graph.edges.to.map(at) },
    };
    const expected = tf.gather(passing.over(graph)(features), tf.tensor1d(order, "int32"));
    const permuted = tf.gather(features, tf.tensor1d(order, "int32"));
    expectClose(passing.over(moved)(permuted), expected, 1e-4);
    weights.dispose();
  });

  test("of a graph without edges is the first layer alone", () => {
    const { weights, passing } = made();
    const none = { from: new Int32Array(0), to: new Int32Array(0) };
    const features = randomTensor(tf, createRng("features"), [4, 2]);
    const lone = passing.over({ nodes: 4, edges: none, edgeFeatures: new Float32Array(0) });
    const first = tf.relu(tf.add(tf.matMul(features as never, weights.list[0] as never), weights.list[1]));
    expectClose(lone(features), first, 1e-4);
    weights.dispose();
  });
});

import { beforeAll, describe, expect, test } from "vitest";
import { createPlacer, type PlacerSize } from "../../../../agents/nets/gdp/placer.ts";
import { segmentTransformer } from "../../../../agents/nets/gdp/segment-transformer.ts";
import { superposition } from "../../../../agents/nets/gdp/superposition.ts";
import { createWeights, type Weights } from "../../../../agents/nets/weights.ts";
import { neighboursOf } from "../../../../agents/tensors/graph/neighbour-max.ts";
import { loadTf } from "../../../../agents/tensors/tf.ts";
import type { Tensor2D, Tf } from "../../../../agents/tensors/types.ts";
import { createRng } from "../../../../env/model/rng.ts";
import { expectClose, randomTensor } from "../../tensors/gradient-check.ts";
import { testBackend } from "../../tensors/test-backend.ts";

let tf: Tf;
beforeAll(async () => {
  tf = (await loadTf(testBackend)).tf;
});

/** Short, so that few kinks of relu and of the maximum lie between the ends. */
const STEP = 3e-3;

const SIZE: PlacerSize = {
  columns: 3,
  width: 4,
  rounds: 2,
  layers: 2,
  heads: 2,
  segment: 3,
  devices: 5,
  superposition: true,
  nodeNorm: true,
};

/** Weights moved away from their zeros, so that everything counts. */
function stirred(weights: Weights): void {
  const rng = createRng("stir");
  for (const variable of weights.list)
    variable.assign(tf.add(variable, tf.mul(randomTensor(tf, rng, variable.shape), 0.3)) as never);
}

function placerOf(changes: Partial<PlacerSize> = {}) {
  const weights = createWeights(tf);
  const placer = createPlacer(tf, weights, { ...SIZE, ...changes }, createRng("placer"));
  return { weights, placer };
}

const path = neighboursOf(7, [0, 1, 2, 3, 4, 5], [1, 2, 3, 4, 5, 6]);
const features = () => randomTensor(tf, createRng("features"), [7, 3]);

describe("the network of GDP", () => {
  test("begins with equal logits on every device", () => {
    const { placer } = placerOf();
    expect(Array.from(placer.logits(features(), path, 4).dataSync())).toEqual(new Array(28).fill(0));
  });

  test("gives a small cluster the first columns of a large one", () => {
    const { placer, weights } = placerOf();
    stirred(weights);
    const all = placer.logits(features(), path, 5);
    expectClose(placer.logits(features(), path, 2), tf.slice(all, [0, 0], [7, 2]), 1e-6);
  });

  test("has a learned number for each place, which several nodes of a large graph share", () => {
    const { placer, weights } = placerOf();
    stirred(weights);
    const small = placer.placeBias(7, 2).arraySync();
    expect(new Set(small.map(String)).size).toBe(7);
    const large = placer.placeBias(1024, 2).arraySync();
    expect(large[1]).toEqual(large[0]);
    expect(large[2]).not.toEqual(large[0]);
    expect(large[2]).toEqual(small[1]);
  });

  test("gives every weight the slope that finite differences show, within a segment", () => {
    const { placer, weights } = placerOf({ segment: 7 });
    stirred(weights);
    const upstream = randomTensor(tf, createRng("upstream"), [7, 3]);
    const logits = () => tf.add(placer.logits(features(), path, 3), placer.placeBias(7, 3));
    const loss = () => tf.sum(tf.mul(logits(), upstream));
    const { grads } = tf.variableGrads(loss as never, [...weights.list]);
    const rng = createRng("directions");
    for (const variable of weights.list) {
      const values = variable.clone();
      const direction = tf.mul(randomTensor(tf, rng, variable.shape), 1 / Math.sqrt(variable.size));
      const at = (step: number) => {
        variable.assign(tf.add(values, tf.mul(direction, step)) as never);
        return loss().dataSync()[0];
      };
      const slope = (at(STEP) - at(-STEP)) / (2 * STEP);
      variable.assign(values as never);
      const expected = tf.sum(tf.mul(grads[variable.name], direction)).dataSync()[0];
      expect(Math.abs(slope - expected), variable.name).toBeLessThan(0.02 * Math.max(1, Math.abs(expected)));
    }
  });

  test("changes with what other segments hold only through the segment before and the graph", () => {
    const weights = createWeights(tf);
    const read = segmentTransformer(tf, weights, { width: 4, layers: 1, heads: 2, segment: 2 }, createRng(1));
    const states = randomTensor(tf, createRng("states"), [6, 4]) as Tensor2D;
    const same = (_: number, input: Tensor2D) => input;
    const bump = tf.tensor2d([1, 0, 0, 0, 0, 0], [6, 1]);
    const change = tf.sub(read(tf.add(states, bump) as Tensor2D, same), read(states, same));
    const moved = Array.from(tf.sum(tf.abs(change), 1).dataSync(), (sum) => sum > 1e-6);
    expect(moved).toEqual([true, true, true, true, false, false]);
  });

  test("sees farther back with every layer", () => {
    const weights = createWeights(tf);
    const read = segmentTransformer(tf, weights, { width: 4, layers: 2, heads: 2, segment: 2 }, createRng(1));
    const states = randomTensor(tf, createRng("states"), [8, 4]) as Tensor2D;
    const same = (_: number, input: Tensor2D) => input;
    const bump = tf.tensor2d([1, 0, 0, 0, 0, 0, 0, 0], [8, 1]);
    const change = tf.sub(read(tf.add(states, bump) as Tensor2D, same), read(states, same));
    const moved = Array.from(tf.sum(tf.abs(change), 1).dataSync(), (sum) => sum > 1e-6);
    expect(moved).toEqual([true, true, true, true, true, true, false, false]);
  });
});

test("superposition starts neutral, and then depends on the whole graph", () => {
  const weights = createWeights(tf);
  const conditioning = superposition(tf, weights, 4, 2);
  const [graph, other] = ["a", "b"].map((name) => randomTensor(tf, createRng(name), [5, 4]) as Tensor2D);
  const input = randomTensor(tf, createRng("input"), [3, 4]) as Tensor2D;
  expectClose(conditioning(graph)(1, input), input, 1e-6);
  stirred(weights);
  const apart = tf.sub(conditioning(graph)(1, input), conditioning(other)(1, input));
  expect(tf.sum(tf.abs(apart)).dataSync()[0]).toBeGreaterThan(0.01);
  const layers = tf.sub(conditioning(graph)(0, input), conditioning(graph)(1, input));
  expect(tf.sum(tf.abs(layers)).dataSync()[0]).toBeGreaterThan(0.01);
});

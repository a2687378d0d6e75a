import { describe, expect, test } from "vitest";
import {
  Adam,
  type LabelledPool,
  PoolLoss,
  standardise,
} from "../../../../agents/search/ranker/learn-network.ts";
import { createNetwork, HEADS, layout, Ranker } from "../../../../agents/search/ranker/network.ts";
import { createRng } from "../../../../env/index.ts";

const SHAPE = { inputs: 4, hidden: 5 };

/** Pools in which the second input alone decides. */
function pools(count: number, rows: number): LabelledPool[] {
  const rng = createRng(7);
  return Array.from({ length: count }, () => {
    const numbers = Float32Array.from({ length: rows * SHAPE.inputs }, () => rng.normal());
    const relative = Float32Array.from({ length: rows }, (_, row) => 0.01 * numbers[row * SHAPE.inputs + 1]);
    return { numbers, relative, temperature: 0.005 };
  });
}

describe("PoolLoss", () => {
  test("its gradient is that of finite differences", () => {
    const network = createNetwork(SHAPE, createRng(1));
    // Heads that are not near 0, so that all slopes matter.
    for (let i = layout(SHAPE).matrix3; i < network.weights.length; i++) network.weights[i] += 0.3;
    const [pool] = pools(1, 6);
    const loss = new PoolLoss(network);
    loss.add(pool, 1);
    const step = 2 ** -10;
    for (let i = 0; i < network.weights.length; i++) {
      const kept = network.weights[i];
      network.weights[i] = kept + step;
      const above = loss.of(pool);
      network.weights[i] = kept - step;
      const below = loss.of(pool);
      network.weights[i] = kept;
      expect(loss.gradient[i], `weight ${i}`).toBeCloseTo((above - below) / (2 * step), 2);
    }
    expect(loss.gradient.some((slope) => Math.abs(slope) > 0.1)).toBe(true);
  });

  test("training finds which input decides", () => {
    const network = createNetwork(SHAPE, createRng(2));
    const [train, unseen] = [pools(60, 8).slice(0, 50), pools(60, 8).slice(50)];
    standardise(network, train);
    const loss = new PoolLoss(network);
    const adam = new Adam(network.weights.length);
    const hits = () =>
      unseen.filter((pool) => bestRow(new Ranker(network), pool) === smallest(pool.relative));
    expect(hits().length).toBeLessThan(6);
    for (let step = 0; step < 300; step++) {
      loss.gradient.fill(0);
      for (const pool of train) loss.add(pool, 1 / train.length);
      adam.step(network.weights, loss.gradient, 0.02);
    }
    expect(hits().length).toBeGreaterThan(7);
  });
});

describe("Ranker", () => {
  test("scores as a matrix product with rectified units does", () => {
    const network = createNetwork(SHAPE, createRng(3));
    network.mean.set([0.5, 0, -1, 2]);
    network.scale.set([1, 2, 0.5, 30]);
    const [{ numbers }] = pools(1, 3);
    const out = new Float32Array(3);
    new Ranker(network).score(numbers, 3, out);
    const at = layout(SHAPE);
    const { inputs, hidden } = SHAPE;
    for (let row = 0; row < 3; row++) {
      const x = Array.from({ length: inputs }, (_, i) => {
        const z = (numbers[row * inputs + i] - network.mean[i]) * network.scale[i];
        return Math.max(-5, Math.min(5, z));
      });
      const dense = (from: number[], matrix: number, bias: number, columns: number, width: number) =>
        Array.from({ length: columns }, (_, j) =>
          from.reduce(
            (sum, value, i) => sum + value * network.weights[matrix + i * width + j],
            network.weights[bias + j],
          ),
        );
      const one = dense(x, at.matrix1, at.bias1, hidden, hidden).map((value) => Math.max(0, value));
      const two = dense(one, at.matrix2, at.bias2, hidden, hidden).map((value) => Math.max(0, value));
      expect(out[row]).toBeCloseTo(dense(two, at.matrix3, at.bias3, 1, HEADS)[0], 5);
    }
  });
});

const smallest = (values: Float32Array) => values.indexOf(Math.min(...values));

function bestRow(ranker: Ranker, { numbers, relative }: LabelledPool): number {
  const scores = new Float32Array(relative.length);
  ranker.score(numbers, relative.length, scores);
  return scores.indexOf(Math.max(...scores));
}

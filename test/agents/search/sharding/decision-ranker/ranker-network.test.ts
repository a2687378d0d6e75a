import { beforeAll, expect, test } from "vitest";
import { decisionGraph } from "../../../../../agents/search/sharding/decision-ranker/decision-graph.ts";
import {
  packWeights,
  unpackWeights,
} from "../../../../../agents/search/sharding/decision-ranker/packed-weights.ts";
import {
  lessonLoss,
  rankerNetwork,
  scoresOf,
} from "../../../../../agents/search/sharding/decision-ranker/ranker-network.ts";
import { loadTf } from "../../../../../agents/tensors/tf.ts";
import type { Tf } from "../../../../../agents/tensors/types.ts";
import { createAdam } from "../../../../../agents/training/adam.ts";
import { createRng } from "../../../../../env/index.ts";
import { propagationRules } from "../../../../../env/model/layout/propagation/rules.ts";
import { tilesOf } from "../../../../../env/model/layout/propagation/tiles.ts";
import { machines } from "../../../../env/sim/lower/machines.ts";
import { shardedScenario } from "../../../../env/sim/lower/sharding/sharded.ts";
import { transformerStack } from "../../../../env/sim/lower/sharding/transformer-block.ts";
import { testBackend } from "../../../tensors/test-backend.ts";

const stack = transformerStack({ b: 2, s: 4, h: 8, a: 4, d: 2, f: 16 }, 2);
const rules = propagationRules(stack.graph);
const tiles = tilesOf(rules, [2], { scope: "arguments", grouped: false });
const seen = decisionGraph(shardedScenario(stack, machines([2])), rules, [2], tiles);
const candidates = Int32Array.from(tiles, ({ ops, dimension }) => rules.dimensionStart[ops[0]] + dimension);
/** The heads of every q, and no other dimension. */
const wanted = Float32Array.from(tiles, ({ ops: [op], dimension }) =>
  Number(
    stack.graph.names[op].endsWith("q") && stack.graph.iterations![op]!.dimensions[dimension].name === "a",
  ),
);

let tf: Tf;
beforeAll(async () => {
  ({ tf } = await loadTf(testBackend));
});

test("learns which dimensions are decided on, and tells q from k and v, which are equal but for their reader", () => {
  const network = rankerNetwork(tf, createRng(1));
  const adam = createAdam(tf, network.weights.list, { learningRate: 0.01 });
  const lesson = { seen, candidates, wanted };
  const before = adam.minimize(() => lessonLoss(tf, network, [lesson])).loss;
  for (let step = 0; step < 60; step++) adam.minimize(() => lessonLoss(tf, network, [lesson]));
  const scores = scoresOf(tf, network, seen);
  expect(adam.minimize(() => lessonLoss(tf, network, [lesson])).loss).toBeLessThan(0.2 * before);
  const best = [...tiles.keys()].sort((a, b) => scores[candidates[b]] - scores[candidates[a]]);
  expect(
    best
      .slice(0, 2)
      .map((i) => wanted[i])
      .concat(wanted.reduce((a, b) => a + b)),
  ).toEqual([1, 1, 2]);
  network.weights.dispose();
  adam.dispose();
});

test("is stored as a text of its numbers, which gives the same scores; another length is refused", () => {
  const [one, other] = [rankerNetwork(tf, createRng(1)), rankerNetwork(tf, createRng(2))];
  const scores = scoresOf(tf, one, seen);
  expect(scoresOf(tf, other, seen)).not.toEqual(scores);
  const text = packWeights(one.weights);
  unpackWeights(other.weights, text);
  expect(scoresOf(tf, other, seen)).toEqual(scores);
  expect(() => unpackWeights(other.weights, text.slice(4))).toThrow(
    /^The stored weights have \d+ bytes, expected \d+\.$/,
  );
  one.weights.dispose();
  other.weights.dispose();
});

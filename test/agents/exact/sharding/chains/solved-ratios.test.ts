import { expect, test } from "vitest";
import {
  bestRatioTypes,
  shareTimeUs,
  solvedRatio,
} from "../../../../../agents/exact/sharding/chains/solved-ratios.ts";
import type { SplitType } from "../../../../../agents/exact/sharding/chains/type-chain.ts";
import { alexnet } from "./released-networks.ts";

const ALL: readonly SplitType[] = [0, 1, 2];
const group = (flopsPerUs: number, elementsPerUs = Number.POSITIVE_INFINITY) => ({
  flopsPerUs,
  elementsPerUs,
});
const unequal = [group(100, 50), group(233, 80)] as const;

test("both groups are done at the same time, whatever the types", () => {
  for (const before of [null, ...ALL])
    for (const type of ALL) {
      const { ratio, us } = solvedRatio(alexnet[5], { before, type }, unequal);
      if (ratio < 1e-9 || ratio > 1 - 1e-9) continue;
      const [first, second] = [ratio, 1 - ratio].map((share, i) =>
        shareTimeUs(alexnet[5], { before, type }, share, unequal[i]),
      );
      expect(first / second).toBeCloseTo(1, 9);
      expect(us).toBe(Math.max(first, second));
    }
});

test("without time of exchange shares are by speed, and equal groups have halves", () => {
  const bySpeed = bestRatioTypes(alexnet, ALL, [group(1), group(3)]);
  for (const ratio of bySpeed.ratios) expect(ratio).toBeCloseTo(0.25, 9);
  for (const ratio of bestRatioTypes(alexnet, ALL, [group(5, 1), group(5, 1)]).ratios)
    expect(ratio).toBeCloseTo(0.5, 9);
});

test("the cost is the least over all types of a chain", () => {
  const layers = alexnet.slice(4);
  let least = Number.POSITIVE_INFINITY;
  for (let code = 0; code < 3 ** layers.length; code++) {
    const types = layers.map((_, l) => ALL[Math.floor(code / 3 ** l) % 3]);
    const cost = layers.reduce(
      (sum, layer, l) =>
        sum + solvedRatio(layer, { before: l === 0 ? null : types[l - 1], type: types[l] }, unequal).us,
      0,
    );
    least = Math.min(least, cost);
  }
  expect(bestRatioTypes(layers, ALL, unequal).cost).toBeCloseTo(least, 6);
});

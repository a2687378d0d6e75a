import fc from "fast-check";
import { expect, test } from "vitest";
import { layerFlops, timedTypes } from "../../../../../agents/exact/sharding/chains/timed-types.ts";
import {
  bestTypes,
  type ChainLayer,
  type SplitType,
  typesCost,
} from "../../../../../agents/exact/sharding/chains/type-chain.ts";

const layer: ChainLayer = {
  batch: 4,
  inputChannels: 8,
  outputChannels: 16,
  inputArea: 1,
  outputArea: 1,
  kernelArea: 1,
};
const size = fc.integer({ min: 1, max: 20 });
const chains = fc.array(
  fc.record({
    batch: size,
    inputChannels: size,
    outputChannels: size,
    inputArea: size,
    outputArea: size,
    kernelArea: size,
  }),
  { minLength: 1, maxLength: 6 },
);

test("a layer's products are those of the paper", () => {
  expect(layerFlops(layer)).toBe(4 * 16 * (2 * 8 - 1) + 4 * 8 * (2 * 16 - 1) + 8 * 16 * (2 * 4 - 1));
});

test("times are products over speed, and elements over bandwidth", () => {
  const times = timedTypes({ flopsPerUs: 10, elementsPerUs: 5 });
  expect(times.inside(layer, 0, 0)).toBeCloseTo(layerFlops(layer) / 10 + (8 * 16) / 5, 12);
  expect(times.between(layer, 0, 2)).toBeCloseTo((0.5 * 4 * 8) / 5, 12);
});

test("on equal halves the types of least time have least elements exchanged", () => {
  fc.assert(
    fc.property(chains, (chain) => {
      const offered: SplitType[] = [0, 1, 2];
      const timed = bestTypes(chain, offered, timedTypes({ flopsPerUs: 7, elementsPerUs: 3 }));
      expect(typesCost(chain, timed.types)).toBeCloseTo(bestTypes(chain, offered).cost, 6);
    }),
    { numRuns: 60 },
  );
});

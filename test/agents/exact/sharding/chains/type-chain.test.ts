import fc from "fast-check";
import { expect, test } from "vitest";
import {
  bestTypes,
  type ChainLayer,
  type SplitType,
  typedLevels,
  typesCost,
} from "../../../../../agents/exact/sharding/chains/type-chain.ts";

const size = fc.integer({ min: 1, max: 20 });
const layers = fc.array(
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

test("equals trying all types of all layers", () => {
  fc.assert(
    fc.property(layers, fc.constantFrom<readonly SplitType[]>([0, 1], [0, 1, 2]), (chain, offered) => {
      const { types, cost } = bestTypes(chain, offered);
      expect(typesCost(chain, types)).toBe(cost);
      let least = Number.POSITIVE_INFINITY;
      for (let code = 0; code < offered.length ** chain.length; code++) {
        const tried = chain.map((_, l) => offered[Math.floor(code / offered.length ** l) % offered.length]);
        least = Math.min(least, typesCost(chain, tried));
      }
      expect(cost).toBe(least);
    }),
    { numRuns: 60 },
  );
});

const dense = (batch: number, inputChannels: number, outputChannels: number): ChainLayer => ({
  batch,
  inputChannels,
  outputChannels,
  inputArea: 1,
  outputArea: 1,
  kernelArea: 1,
});

test("two wide layers of a small batch exchange nothing between them", () => {
  const { types } = bestTypes([dense(4, 1000, 1000), dense(4, 1000, 1000)], [0, 1, 2]);
  expect([...types].sort()).toEqual([1, 2]);
});

test("a level halves what the level before it split", () => {
  const seen: ChainLayer[] = [];
  typedLevels([dense(8, 4, 2)], 3, ([layer]) => {
    seen.push(layer);
    return { types: [(seen.length - 1) as SplitType], cost: 0 };
  });
  expect(seen).toEqual([dense(8, 4, 2), dense(4, 4, 2), dense(4, 2, 2)]);
});

import fc from "fast-check";
import { expect, test } from "vitest";
import {
  bestTypes,
  type ChainLayer,
  type SplitType,
  typedLevels,
  typesCost,
} from "../../../../../agents/exact/sharding/chains/type-chain.ts";
import { alexnet, dense, vgg11 } from "./released-networks.ts";

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

const totals = (chain: readonly ChainLayer[]) =>
  [[0], [0, 1], [0, 1, 2]].map((offered) =>
    typedLevels(chain, 7, (layers) => bestTypes(layers, offered as SplitType[])).reduce(
      (sum, { cost }) => sum + cost,
      0,
    ),
  );

test.each([
  ["AlexNet", alexnet, [4.36574e8, 6.00353e7, 4.74314e7]],
  ["VGG-11", vgg11, [9.2996e8, 1.05286e8, 9.37491e7]],
])("%s on 128 accelerators costs what the released code prints, to its six digits", (_, chain, printed) => {
  expect(totals(chain).map((total) => Number(total.toPrecision(6)))).toEqual(printed);
});

test("AlexNet's types at four of the levels are those that the released code prints", () => {
  const levels = typedLevels(alexnet, 7, (layers) => bestTypes(layers, [0, 1, 2]));
  const typesAt = (level: number) => levels[level].types.join(" ");
  expect([0, 1, 5, 6].map(typesAt)).toEqual([
    "0 0 0 0 0 1 2 1",
    "0 0 0 0 0 2 1 1",
    "0 0 0 2 1 2 1 2",
    "0 0 0 0 1 1 2 1",
  ]);
});

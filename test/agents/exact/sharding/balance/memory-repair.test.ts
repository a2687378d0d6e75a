import fc from "fast-check";
import { expect, test } from "vitest";
import { differencing } from "../../../../../agents/exact/sharding/balance/differencing.ts";
import { withinMemory } from "../../../../../agents/exact/sharding/balance/memory-repair.ts";
import { bestTableShards } from "../../../../../agents/exact/sharding/balance/table-shards.ts";

const items = fc.array(
  fc.record({ weight: fc.integer({ min: 1, max: 50 }), bytes: fc.integer({ min: 1, max: 20 }) }),
  { minLength: 1, maxLength: 8 },
);

test("what it answers fits, and loads are sums", () => {
  fc.assert(
    fc.property(
      items,
      fc.integer({ min: 1, max: 3 }),
      fc.integer({ min: 10, max: 60 }),
      (drawn, bins, limit) => {
        const weights = drawn.map(({ weight }) => weight);
        const bytes = drawn.map((item) => item.bytes);
        const repaired = withinMemory(differencing(weights, bins), weights, { bytes, limit });
        if (repaired === null) return;
        const [loads, filled] = [new Float64Array(bins), new Float64Array(bins)];
        repaired.binOf.forEach((bin, item) => {
          loads[bin] += weights[item];
          filled[bin] += bytes[item];
        });
        expect([...repaired.loads]).toEqual([...loads]);
        expect(Math.max(...filled)).toBeLessThanOrEqual(limit);
        const tables = drawn.map(({ weight: cost, bytes: own }) => [
          { name: "", shards: [{ cost, bytes: own }] },
        ]);
        const best = bestTableShards({ devices: bins, limit, tables });
        expect(Math.max(...loads)).toBeGreaterThanOrEqual(best!.largest);
      },
    ),
  );
});

test("bins that fit stay as they are, and one that cannot be helped has no answer", () => {
  const bins = differencing([8, 7, 6, 5, 4], 2);
  const weights = [8, 7, 6, 5, 4];
  expect(withinMemory(bins, weights, { bytes: [1, 1, 1, 1, 1], limit: 3 })).toEqual(bins);
  expect(withinMemory(bins, weights, { bytes: [1, 1, 1, 1, 9], limit: 8 })).toBeNull();
});

test("a swap is made where no single move helps", () => {
  const bins = { binOf: Int32Array.of(0, 0, 1, 1), loads: Float64Array.of(4, 4) };
  const repaired = withinMemory(bins, [2, 2, 2, 2], { bytes: [3, 3, 1, 1], limit: 4 });
  expect([...repaired!.binOf].filter((bin) => bin === 0)).toHaveLength(2);
  expect([...repaired!.loads]).toEqual([4, 4]);
});

import fc from "fast-check";
import { expect, test } from "vitest";
import { partitionChain } from "../../../../agents/search/lines/chain-partition.ts";

/** The slowest block of the best partition, by trying all of them. */
function bruteForce(computeUs: Float64Array, blocks: number): number {
  const groups = computeUs.length / blocks;
  const from = (group: number, block: number): number => {
    if (block === blocks) return group === groups ? 0 : Number.POSITIVE_INFINITY;
    let best = Number.POSITIVE_INFINITY;
    let blockUs = 0;
    for (let end = group; end <= groups; end++) {
      best = Math.min(best, Math.max(blockUs, from(end, block + 1)));
      if (end < groups) blockUs += computeUs[end * blocks + block];
    }
    return best;
  };
  return from(0, 0);
}

const matrices = fc
  .record({ groups: fc.integer({ min: 1, max: 7 }), blocks: fc.integer({ min: 1, max: 3 }) })
  .chain(({ groups, blocks }) =>
    fc
      .array(
        fc.oneof(
          { weight: 9, arbitrary: fc.integer({ min: 0, max: 20 }) },
          fc.constant(Number.POSITIVE_INFINITY),
        ),
        {
          minLength: groups * blocks,
          maxLength: groups * blocks,
        },
      )
      .map((times) => ({ blocks, computeUs: Float64Array.from(times) })),
  );

test("the slowest block is as fast as any partition into contiguous blocks allows", () => {
  let compared = 0;
  fc.assert(
    fc.property(matrices, ({ computeUs, blocks }) => {
      const optimum = bruteForce(computeUs, blocks);
      const block = partitionChain(computeUs, blocks);
      if (block === null) {
        expect(optimum).toBe(Number.POSITIVE_INFINITY);
        return;
      }
      compared++;
      const load = new Float64Array(blocks);
      block.forEach((k, g) => {
        load[k] += computeUs[g * blocks + k];
      });
      expect(Math.max(...load)).toBe(optimum);
      expect(Array.from(block)).toEqual(Array.from(block).sort());
    }),
    { numRuns: 500 },
  );
  expect(compared).toBeGreaterThan(250);
});

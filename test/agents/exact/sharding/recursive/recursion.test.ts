import fc from "fast-check";
import { expect, test } from "vitest";
import { WHOLE_LABEL } from "../../../../../agents/exact/sharding/recursive/partition-step.ts";
import { recursivePartition } from "../../../../../agents/exact/sharding/recursive/recursion.ts";
import { basicPlans, counted, halved, randomPartitions, solved } from "./random-partitions.ts";

test("two steps for 4 workers equal the best ordered pair of basic plans", () => {
  fc.assert(
    fc.property(randomPartitions(3, 4), (partition) => {
      const plans = basicPlans(partition).filter((_, i, all) => i % Math.ceil(all.length / 24) === 0);
      const { steps, bytes } = solved(partition, [2, 2]);
      const own = Int32Array.from([...steps[0].axisOf, ...steps[0].dimensionOf]);
      // All second plans after the chosen first one, and pairs of a sample of all plans.
      const pairs = [own, ...plans].flatMap((first) => {
        const inner = halved(partition, first);
        const others = first === own ? basicPlans(partition) : plans;
        return others.map((second) => counted(partition, first) + 2 * counted(inner, second));
      });
      expect(bytes).toBe(Math.min(...pairs));
    }),
    { numRuns: 12 },
  );
});

test("the order of two steps does not matter", () => {
  fc.assert(
    fc.property(randomPartitions(5, 4), fc.nat(), fc.nat(), (partition, i, j) => {
      const plans = basicPlans(partition);
      const [one, other] = [plans[i % plans.length], plans[j % plans.length]];
      const total = (a: Int32Array, b: Int32Array) =>
        counted(partition, a) + 2 * counted(halved(partition, a), b);
      expect(total(one, other)).toBe(total(other, one));
    }),
    { numRuns: 25 },
  );
});

test("a step is charged once for each group of workers, and what stays whole stays in full", () => {
  const graph = { tensorCount: 1, groups: [[{ tensor: 0, axisOf: [WHOLE_LABEL] }]] };
  const whenHalved = recursivePartition(graph, [2, 2], [64], {
    divisible: { axes: () => [0], dimensions: () => [0] },
  });
  expect(whenHalved).toMatchObject({ bytes: 64 + 2 * 32, steps: [{ bytes: 64 }, { bytes: 32 }] });
  const whenWhole = recursivePartition(graph, [2, 2], [64], {
    divisible: { axes: () => [], dimensions: () => [0] },
  });
  expect(whenWhole).toMatchObject({ bytes: 0, steps: [{ bytes: 0 }, { bytes: 0 }] });
});

test("says where a table is too large", () => {
  const graph = { tensorCount: 2, groups: [[0, 1].map((tensor) => ({ tensor, axisOf: [0, 1] }))] };
  expect(
    recursivePartition(graph, [2], [8, 8], {
      divisible: { axes: () => [0, 1], dimensions: () => [0, 1] },
      limits: { entries: 1 },
    }),
  ).toMatch(/entries/);
});

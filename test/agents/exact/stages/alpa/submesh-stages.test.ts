import fc from "fast-check";
import { expect, test } from "vitest";
import {
  type SubmeshProblem,
  type SubmeshStage,
  submeshPlan,
} from "../../../../../agents/exact/stages/alpa/submesh-stages.ts";
import { createRng } from "../../../../../env/index.ts";

/** Every ordered list of stages that holds all layers and devices, by depth-first search. */
function bruteForce({ layers, microBatches, devices, sizes, timeOf, mostAfter }: SubmeshProblem) {
  let best: number | null = null;
  const visit = (stages: readonly SubmeshStage[], left: number): void => {
    const first = stages.length === 0 ? 0 : stages[stages.length - 1].last + 1;
    if (first === layers && left === 0) {
      const isLegal = stages.every(
        (stage, s) => stages.length - 1 - s <= (mostAfter?.(stage.first, stage.last, stage.shape) ?? layers),
      );
      if (!isLegal) return;
      const times = stages.map((stage) => timeOf(stage.first, stage.last, stage.shape)!);
      const latency = times.reduce((sum, time) => sum + time, 0) + (microBatches - 1) * Math.max(...times);
      best = Math.min(best ?? Number.POSITIVE_INFINITY, latency);
      return;
    }
    for (let last = first; last < layers; last++)
      for (let shape = 0; shape < sizes.length; shape++)
        if (sizes[shape] <= left && timeOf(first, last, shape) !== null)
          visit([...stages, { first, last, shape }], left - sizes[shape]);
  };
  visit([], devices);
  return best;
}

test("equals trying every list of stages, with and without a limit of memory", () => {
  let found = 0;
  const sized = fc.record({
    seed: fc.integer({ min: 1, max: 1e6 }),
    layers: fc.integer({ min: 1, max: 5 }),
    devices: fc.integer({ min: 1, max: 6 }),
    microBatches: fc.integer({ min: 1, max: 8 }),
    hasLimit: fc.boolean(),
  });
  fc.assert(
    fc.property(sized, ({ seed, layers, devices, microBatches, hasLimit }) => {
      const rng = createRng(seed);
      const drawn = new Map<string, number>();
      const at = (name: string, most: number): number => {
        const value = drawn.get(name) ?? rng.child(name).int(most);
        drawn.set(name, value);
        return value;
      };
      const problem: SubmeshProblem = {
        layers,
        microBatches,
        devices,
        sizes: [1, 2, 4],
        timeOf: (...stage) => (at(`possible ${stage}`, 6) === 0 ? null : 1 + at(`time ${stage}`, 30)),
        ...(hasLimit ? { mostAfter: (...stage) => at(`after ${stage}`, 4) } : {}),
      };
      const plan = submeshPlan(problem);
      expect(plan?.latency ?? null).toBe(bruteForce(problem));
      if (plan !== null) found++;
    }),
    { numRuns: 300, seed: 7 },
  );
  expect(found).toBeGreaterThan(100);
});

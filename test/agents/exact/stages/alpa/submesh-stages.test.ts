import fc from "fast-check";
import { expect, test } from "vitest";
import { submeshPlan } from "../../../../../agents/exact/stages/alpa/submesh-stages.ts";
import { bestLatency, drawnProblem } from "./every-submesh-plan.ts";

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
    fc.property(sized, ({ seed, ...size }) => {
      const problem = drawnProblem(seed, size);
      const plan = submeshPlan(problem);
      expect(plan?.latency ?? null).toBe(bestLatency(problem));
      if (plan !== null) found++;
    }),
    { numRuns: 300, seed: 7 },
  );
  expect(found).toBeGreaterThan(100);
});

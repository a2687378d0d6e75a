import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { assignJobs } from "../../../../agents/search/mixed-pipes/assignment.ts";
import { leastLoad, worstOf } from "./every-assignment.ts";

describe("blocks as jobs", () => {
  test("largest first stays within 4/3 - 1/(3P) of the optimum (300 sets of jobs)", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 8 }),
        fc.integer({ min: 1, max: 3 }),
        (weights, gpus) => {
          const bound = (4 / 3 - 1 / (3 * gpus)) * leastLoad(weights, gpus);
          expect(worstOf(weights, gpus, "largest-first")).toBeLessThanOrEqual(bound + 1e-9);
        },
      ),
      { numRuns: 300, seed: 14 },
    );
  });

  test("smallest first, as the released program, exceeds that bound: 1, 1, 2 on two GPUs", () => {
    expect(leastLoad([1, 1, 2], 2)).toBe(2);
    expect(worstOf([1, 1, 2], 2, "smallest-first")).toBe(3);
    expect(3).toBeGreaterThan((4 / 3 - 1 / 6) * 2);
    expect(worstOf([1, 1, 2], 2, "largest-first")).toBe(2);
  });

  test("gives every GPU a job where there are enough, even of no weight", () => {
    const gpuOf = assignJobs(new Float64Array(4), new Float64Array(4), 3, 0, "largest-first")!;
    expect(new Set(gpuOf).size).toBe(3);
  });

  test("goes by memory where the order of weights does not fit, and says where nothing does", () => {
    const weights = Float64Array.of(5, 4, 3);
    const bytes = Float64Array.of(2, 2, 4);
    expect([...assignJobs(weights, bytes, 2, 4, "largest-first")!]).toEqual([1, 1, 0]);
    expect(assignJobs(weights, bytes, 2, 3, "largest-first")).toBeNull();
  });
});

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  workerPace,
  workerTimes,
} from "../../../../../agents/exact/stages/virtual-workers/worker-pipeline.ts";

const us = fc.integer({ min: 1, max: 20 });

describe("the pipeline of a virtual worker", () => {
  test("of equal GPUs ends a mini-batch per forward and backward pass with one in flight for each", () => {
    fc.assert(
      fc.property(us, us, fc.integer({ min: 1, max: 6 }), fc.nat(4), (forwardUs, backwardUs, k, more) => {
        const stages = Array.from({ length: k }, () => ({ forwardUs, backwardUs }));
        expect(workerPace(stages, k + more).periodUs).toBeCloseTo(forwardUs + backwardUs, 9);
      }),
      { numRuns: 100, seed: 1 },
    );
  });

  test("with one mini-batch in flight takes all stages one after another", () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ forwardUs: us, backwardUs: us }), { minLength: 1, maxLength: 5 }),
        (stages) => {
          const sum = stages.reduce((total, stage) => total + stage.forwardUs + stage.backwardUs, 0);
          const pace = workerPace(stages, 1);
          expect(pace.periodUs).toBeCloseTo(sum, 9);
          expect(pace.latencyUs).toBeCloseTo(sum, 9);
        },
      ),
      { numRuns: 100, seed: 2 },
    );
  });

  test("is never faster than its slowest stage, and mini-batches start and end in order", () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ forwardUs: us, backwardUs: us }), { minLength: 1, maxLength: 5 }),
        fc.integer({ min: 1, max: 8 }),
        (stages, inFlight) => {
          const slowest = Math.max(...stages.map((stage) => stage.forwardUs + stage.backwardUs));
          expect(workerPace(stages, inFlight).periodUs).toBeGreaterThan(slowest - 1e-9);
          const { startUs, endUs } = workerTimes(stages, inFlight, 40);
          for (let p = 1; p < 40; p++) {
            expect(startUs[p]).toBeGreaterThan(startUs[p - 1]);
            expect(endUs[p]).toBeGreaterThan(endUs[p - 1]);
            if (p >= inFlight) expect(startUs[p]).toBeGreaterThanOrEqual(endUs[p - inFlight]);
          }
        },
      ),
      { numRuns: 100, seed: 3 },
    );
  });

  test("runs both passes of the last stage as one task", () => {
    const stages = [
      { forwardUs: 1, backwardUs: 2 },
      { forwardUs: 3, backwardUs: 4 },
    ];
    // The first: forward 0-1, last stage 1-8, backward 8-10; the second waits for the last stage.
    expect([...workerTimes(stages, 2, 2).endUs]).toEqual([10, 17]);
  });
});

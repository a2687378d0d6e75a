import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  runWaves,
  stalenessBound,
  type WaveWorker,
} from "../../../../../agents/exact/stages/virtual-workers/wave-clock.ts";

const worker = (periodUs: number, inFlight: number): WaveWorker => ({
  periodUs,
  latencyUs: periodUs * inFlight,
  pushUs: 0,
});

describe("wave synchronous parallel", () => {
  test.each([0, 1, 2, 3, 4])(
    "misses at most the bound at distance %d, and that many at speeds 1 to 4",
    (distance) => {
      for (let inFlight = 1; inFlight <= 8; inFlight++) {
        const workers = [12, 6, 4, 3].map((periodUs) => worker(periodUs, inFlight));
        const run = runWaves(workers, { inFlight, distance }, 64);
        expect(run.staleness).toBe(stalenessBound({ inFlight, distance }));
      }
    },
  );

  test("never misses more than the bound, whatever the workers", () => {
    const random = fc.record({
      periodUs: fc.integer({ min: 1, max: 50 }),
      latencyUs: fc.integer({ min: 1, max: 200 }),
      pushUs: fc.nat(100),
    });
    fc.assert(
      fc.property(
        fc.array(random, { minLength: 1, maxLength: 4 }),
        fc.integer({ min: 1, max: 6 }),
        fc.nat(4),
        (workers, inFlight, distance) => {
          const run = runWaves(workers, { inFlight, distance }, 24);
          expect(run.staleness).toBeLessThanOrEqual(stalenessBound({ inFlight, distance }));
        },
      ),
      { numRuns: 200, seed: 1 },
    );
  });

  test("is as fast as the slowest worker, and equal workers do not wait", () => {
    const workers = [12, 6, 4, 3].map((periodUs) => worker(periodUs, 4));
    for (const distance of [0, 4])
      expect(runWaves(workers, { inFlight: 4, distance }, 256).batchUs).toBeCloseTo(12 / 4, 1);
    const equal = runWaves([worker(5, 4), worker(5, 4)], { inFlight: 4, distance: 0 }, 64);
    expect(equal.batchUs).toBeCloseTo(5 / 2, 9);
    expect([...equal.waitedUs]).toEqual([0, 0]);
  });

  test("lets a worker run ahead by the distance before it waits", () => {
    const workers = [worker(100, 2), worker(1, 2)];
    const waited = [0, 1, 2].map(
      (distance) => runWaves(workers, { inFlight: 2, distance }, distance + 2).waitedUs[1] > 0,
    );
    expect(waited).toEqual([true, true, true]);
    const free = [0, 1, 2].map(
      (distance) => runWaves(workers, { inFlight: 2, distance }, distance + 1).waitedUs[1],
    );
    expect(free).toEqual([0, 0, 0]);
  });
});

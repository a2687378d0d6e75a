import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { pivotLatency, pivotOf } from "../../../../../agents/exact/stages/dapple/pivot.ts";
import { createRng } from "../../../../../env/index.ts";
import { earlyBackward } from "./early-backward.ts";

const time = fc.integer({ min: 1, max: 20 });
const stage = fc.record({ forward: time, backward: time });
const pipelines = fc.record({
  stages: fc.array(stage, { minLength: 1, maxLength: 6 }),
  microBatches: fc.integer({ min: 1, max: 32 }),
});

const columns = (stages: readonly { readonly forward: number; readonly backward: number }[]) => ({
  forward: stages.map(({ forward }) => forward),
  backward: stages.map(({ backward }) => backward),
  allReduce: stages.map(() => 0),
});

describe("DAPPLE's pivot latency", () => {
  test("of uniform stages is (M + S - 1) (F + B) and the all-reduce", () => {
    const uniform = fc.tuple(stage, fc.integer({ min: 1, max: 8 }), fc.integer({ min: 1, max: 40 }), time);
    fc.assert(
      fc.property(uniform, ([{ forward, backward }, count, microBatches, sync]) => {
        const all = (value: number) => Array.from({ length: count }, () => value);
        const stages = { forward: all(forward), backward: all(backward), allReduce: all(sync) };
        expect(pivotLatency(stages, microBatches)).toBe(
          (microBatches + count - 1) * (forward + backward) + sync,
        );
      }),
      { seed: 14 },
    );
  });

  test("is exact where one stage dominates", () => {
    fc.assert(
      fc.property(pipelines, fc.nat(), ({ stages, microBatches }, at) => {
        const dominated = stages.map(({ forward, backward }, s) =>
          s === at % stages.length ? { forward: 400, backward: 400 } : { forward, backward },
        );
        const given = columns(dominated);
        fc.pre(microBatches >= 2 * stages.length);
        expect(pivotOf(given, microBatches)).toBe(at % stages.length);
        expect(pivotLatency(given, microBatches)).toBe(earlyBackward(given, microBatches));
      }),
      { numRuns: 200, seed: 14 },
    );
  });

  test("exposes the all-reduce of the first stage whole, of the last less the backward passes", () => {
    const latency = (...allReduce: number[]) =>
      pivotLatency({ forward: [1, 1, 1], backward: [2, 2, 2], allReduce }, 3);
    expect(latency(0, 0, 0)).toBe((3 + 3 - 1) * 3);
    expect(latency(7, 0, 0)).toBe(15 + 7);
    expect(latency(0, 0, 7)).toBe(15 + 7 - 2 - 2);
    expect(latency(0, 0, 3)).toBe(15);
  });

  test("never exceeds the early backward schedule, and is within 5 % of it from 32 micro-batches on", () => {
    const rng = createRng(14);
    const twoInFlight = (s: number, count: number) => 2 * (count - s) - 1;
    for (let run = 0; run < 1000; run++) {
      const forward = Array.from({ length: 2 + rng.int(5) }, () => 1 + 4 * rng.next());
      const backward = forward.map((time) => 2 * time);
      const stages = { forward, backward, allReduce: forward.map(() => 0) };
      const microBatches = 32 + rng.int(33);
      const latency = pivotLatency(stages, microBatches);
      const simulated = earlyBackward(stages, microBatches, twoInFlight);
      expect(latency).toBeLessThan(simulated * (1 + 1e-12));
      expect(latency).toBeGreaterThan(simulated * 0.95);
    }
  });
});

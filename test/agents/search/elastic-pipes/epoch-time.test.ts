import { describe, expect, test } from "vitest";
import {
  type EpochPlan,
  epochUs,
  type UnitTimes,
} from "../../../../agents/search/elastic-pipes/epoch-time.ts";

/** 16 equal units: one third of their time forward, two thirds backward. */
const units: UnitTimes = {
  forwardUs: new Float64Array(16).fill(10),
  backwardUs: new Float64Array(16).fill(20),
  weightBytes: new Float64Array(16).fill(1000),
  cachedUs: new Float64Array(16).fill(1),
};
const free = { samples: 6400, batch: 100, bytesPerUs: Number.POSITIVE_INFINITY, transitionUs: 0 };
const plan = (pipeline: number, replicas: number, frozenUnits = 0): EpochPlan => ({
  lengths: new Array(pipeline).fill(16 / pipeline),
  frozenUnits,
  replicas,
  microBatches: 16,
  isCached: false,
  isRebuilt: false,
});

describe("the time of an epoch", () => {
  test("is steps x fill x slowest partition, and the ring of the active parameters", () => {
    const setting = { ...free, bytesPerUs: 100, transitionUs: 7 };
    const ring = (2 * 0.5 * 4000) / 100;
    const expected = 32 * ((19 / 16) * 120 + ring) + 7;
    expect(epochUs(units, setting, { ...plan(4, 2), isRebuilt: true })).toBeCloseTo(expected, 9);
  });

  test("gains by freezing alone at most 1 / (1 - share of the frozen backward time)", () => {
    const all = epochUs(units, free, plan(4, 2));
    for (let frozen = 0; frozen <= 16; frozen++) {
      const share = (frozen * 20) / (16 * 30);
      const gain = all / epochUs(units, free, plan(4, 2, frozen));
      expect(gain).toBeLessThanOrEqual(1 / (1 - share) + 1e-12);
    }
    // One partition alone gains all of it.
    const alone = epochUs(units, free, plan(1, 8)) / epochUs(units, free, plan(1, 8, 8));
    expect(alone).toBeCloseTo(1 / (1 - (8 * 20) / 480), 12);
  });

  test("gains the shorter fill on top with half the GPUs of a pipeline and twice the replicas", () => {
    const balanced = (pipeline: number, replicas: number) => epochUs(units, free, plan(pipeline, replicas));
    expect(balanced(8, 2) / balanced(4, 4)).toBeCloseTo(23 / 19, 12);
    expect(balanced(8, 2) / balanced(2, 8)).toBeCloseTo((23 / 19) * (19 / 17), 12);
  });

  test("is longer with frozen layers kept on the first GPU and the rest spread over all", () => {
    const spread = { ...plan(8, 2, 8), lengths: [9, 1, 1, 1, 1, 1, 1, 1] };
    expect(epochUs(units, free, spread)).toBeGreaterThan(epochUs(units, free, plan(8, 2)));
    expect(epochUs(units, free, { ...spread, isCached: true })).toBeLessThan(
      epochUs(units, free, plan(8, 2)),
    );
  });
});

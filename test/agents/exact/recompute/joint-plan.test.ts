import { describe, expect, test } from "vitest";
import { minMaxLengths } from "../../../../agents/exact/cuts/stage-cuts.ts";
import { jointPlan, type MemoryPlan } from "../../../../agents/exact/recompute/joint-plan.ts";
import { movedPlan } from "../../../../agents/exact/recompute/moved-plan.ts";
import { onEight, uniform } from "./bert-like.ts";
import { bestUs, randomCase } from "./random-chain.ts";

const slowest = (plan: MemoryPlan | null) =>
  plan === null ? Number.POSITIVE_INFINITY : Math.max(...plan.stageUs);

describe("vPipe's joint problem", () => {
  test("equals brute force (250 chains of up to 8 units on up to 3 stages, and 8 of 10 units)", () => {
    const small = Array.from({ length: 250 }, (_, seed) => randomCase(seed));
    const large = Array.from({ length: 8 }, (_, seed) => randomCase(seed, { count: 10, stages: 3 }));
    let fitting = 0;
    for (const of of [...small, ...large]) {
      const best = bestUs(of);
      const found = slowest(jointPlan(of.chain, of.setting));
      if (best === Number.POSITIVE_INFINITY) expect(found).toBe(best);
      else expect(Math.abs(found / best - 1)).toBeLessThan(1e-12);
      if (best < Number.POSITIVE_INFINITY) fitting++;
    }
    expect(fitting).toBeGreaterThan(200);
  });

  test("is reached by moved boundaries in 80% of cases at least, never missed by more than a tenth", () => {
    let [cases, reached, most] = [0, 0, 1];
    for (let seed = 0; seed < 400; seed++) {
      const { chain, setting } = randomCase(seed);
      const best = slowest(jointPlan(chain, setting));
      const moved = slowest(movedPlan(chain, setting, "exact"));
      if (best === Number.POSITIVE_INFINITY) expect(moved).toBe(best);
      if (best === Number.POSITIVE_INFINITY) continue;
      cases++;
      if (moved <= best * (1 + 1e-12)) reached++;
      most = Math.max(most, moved / best);
    }
    expect(cases).toBeGreaterThan(300);
    expect(reached / cases).toBeGreaterThanOrEqual(0.8);
    expect(most).toBeLessThanOrEqual(1.1);
  });

  test.each([3e9, 4e9, 5e9, 6e9])(
    "recomputes less from stage to stage, nothing on the last, and gives later stages more units: %d bytes",
    (memoryBytes) => {
      const { lengths, treatment } = jointPlan(uniform, onEight(memoryBytes))!;
      let end = 0;
      const fractions = lengths.map((length) => {
        end += length;
        return treatment.slice(end - length, end).filter((of) => of === "recompute").length / length;
      });
      expect(fractions[0]).toBeGreaterThan(0);
      for (let stage = 1; stage < 8; stage++) {
        expect(fractions[stage]).toBeLessThanOrEqual(fractions[stage - 1]);
        if (stage < 7) expect(lengths[stage]).toBeGreaterThanOrEqual(lengths[stage - 1]);
      }
      expect(fractions[7]).toBe(0);
    },
  );

  test("with unlimited memory is the min-max partition with nothing recomputed or swapped", () => {
    for (let seed = 0; seed < 40; seed++) {
      const { chain, setting } = randomCase(seed, { count: 14, stages: 4 });
      const free = {
        ...setting,
        memoryBytes: Number.POSITIVE_INFINITY,
        linkBytesPerUs: Number.POSITIVE_INFINITY,
      };
      const plan = jointPlan(chain, free)!;
      expect(plan.treatment.every((of) => of === "keep")).toBe(true);
      const compute = chain.forwardUs.map((us, unit) => us + chain.backwardUs[unit]);
      expect(plan.lengths).toEqual(minMaxLengths(compute, 4));
    }
  });

  test("needs less time with a host to swap to", () => {
    const without = slowest(jointPlan(uniform, onEight(3e9)));
    expect(slowest(jointPlan(uniform, onEight(3e9, 12_000)))).toBeLessThan(without);
  });
});

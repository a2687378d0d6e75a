import { describe, expect, test } from "vitest";
import { stageCosts } from "../../../../agents/exact/recompute/stage-costs.ts";
import { bestStageUs, randomCase } from "./random-chain.ts";

describe("the treatment of a stage's activations", () => {
  test("exactly, equals brute force; greedily, is never better (300 stages)", () => {
    let treated = 0;
    for (let seed = 0; seed < 300; seed++) {
      const of = randomCase(seed);
      const { chain, setting } = of;
      const stage = seed % setting.stages;
      const [start, end] = [0, Math.min(chain.count, 6)];
      const exact = stageCosts(chain, setting, "exact").costUs(stage, start, end);
      const greedy = stageCosts(chain, setting, "greedy").costUs(stage, start, end);
      expect(exact).toBeCloseTo(bestStageUs(of, stage, start, end), 9);
      expect(greedy).toBeGreaterThanOrEqual(exact);
      if (exact < Number.POSITIVE_INFINITY && greedy > 0) treated++;
    }
    expect(treated).toBeGreaterThan(100);
  });

  test("greedily recomputes at most 5% more of a stage's time than the knapsack (300 stages)", () => {
    let treated = 0;
    for (let seed = 0; seed < 300; seed++) {
      const { chain, setting } = randomCase(seed, { count: 24, stages: 2 });
      const alone = { ...setting, hostBytesPerUs: 0 };
      const [exact, greedy] = (["exact", "greedy"] as const).map((search) =>
        stageCosts(chain, alone, search).costUs(0, 0, 12),
      );
      if (exact === Number.POSITIVE_INFINITY) continue;
      treated++;
      expect(greedy).toBeGreaterThanOrEqual(exact);
      expect(greedy / exact - 1).toBeLessThan(0.05);
    }
    expect(treated).toBeGreaterThan(150);
  });

  test("saves the bytes that it must, in the time that it says", () => {
    for (let seed = 0; seed < 100; seed++) {
      const { chain, setting } = randomCase(seed, { count: 24, stages: 2 });
      for (const search of ["exact", "greedy"] as const) {
        const costs = stageCosts(chain, setting, search);
        const found = costs.treatment(0, 0, 12);
        expect(found === null).toBe(costs.shortBytes(0, 0, 12) > 0);
        if (found === null) continue;
        const again = found.of.reduce((sum, of, i) => sum + (of === "recompute" ? chain.forwardUs[i] : 0), 0);
        expect(found.addedUs).toBeGreaterThanOrEqual(again - 1e-9);
      }
    }
  });

  test("swaps first where compute hides it", () => {
    const chain = {
      count: 2,
      forwardUs: Float64Array.of(10, 10),
      backwardUs: Float64Array.of(20, 20),
      activationBytes: Float64Array.of(30, 30),
      weightBytes: new Float64Array(2),
      outputBytes: new Float64Array(2),
    };
    const setting = {
      stages: 1,
      memoryBytes: 30,
      hostBytesPerUs: 1,
      linkBytesPerUs: 1,
      scheme: "stash",
      microBatches: 1,
      stateFactor: 0,
    } as const;
    const hidden = stageCosts(chain, setting, "exact").treatment(0, 0, 2)!;
    expect(hidden.addedUs).toBe(0);
    expect([...hidden.of].sort()).toEqual(["keep", "swap"]);
    const slow = stageCosts(chain, { ...setting, hostBytesPerUs: 0.5 }, "exact").treatment(0, 0, 2)!;
    expect(slow).toMatchObject({ addedUs: 10 });
    expect([...slow.of].sort()).toEqual(["keep", "recompute"]);
    expect(stageCosts(chain, { ...setting, memoryBytes: -1 }, "exact").treatment(0, 0, 2)).toBeNull();
  });
});

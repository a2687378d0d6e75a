import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { equalStages } from "../../../../../agents/exact/stages/equal-stages/equal-stages.ts";
import { stageBytes } from "../../../../../agents/exact/stages/equal-stages/stage-memory.ts";
import {
  type WidthDepthOptions,
  widthDepthPlan,
} from "../../../../../agents/exact/stages/equal-stages/width-depth.ts";
import { chainOf, randomChain, randomOptions, tryEverything } from "./every-shape.ts";

describe("PipeDream-2BW's planner", () => {
  test("finds what trying every width, depth, micro-batch and recomputation finds", () => {
    let found = 0;
    fc.assert(
      fc.property(randomChain, randomOptions, (chain, options) => {
        const least = tryEverything(chain, options);
        const plan = widthDepthPlan(chain, options);
        if (plan === null) {
          expect(least).toBe(Infinity);
          return;
        }
        found++;
        expect(plan.sampleUs).toBeCloseTo(least, 9);
        expect(plan.width * plan.depth).toBe(options.devices);
        expect(plan.microBatches).toBeGreaterThanOrEqual(plan.depth);
        for (const { memoryBytes } of plan.stages)
          expect(memoryBytes).toBeLessThanOrEqual(options.memoryBytes);
        expect(plan.stages[0].from).toBe(0);
        expect(plan.stages.at(-1)!.to).toBe(chain.layers);
      }),
      { numRuns: 150, seed: 1 },
    );
    expect(found).toBeGreaterThan(75);
  });

  test("loses nothing with the largest micro-batch where larger ones cost less for a sample", () => {
    fc.assert(
      fc.property(randomChain, randomOptions, (chain, options) => {
        const given = { ...options, mayGrow: true };
        const best = widthDepthPlan(chain, given);
        const largest = widthDepthPlan(chain, { ...given, microBatch: "largest" });
        expect(largest?.sampleUs ?? Infinity).toBeCloseTo(best?.sampleUs ?? Infinity, 9);
      }),
      { numRuns: 300, seed: 2 },
    );
  });

  test("loses time with the largest micro-batch where it costs more for a sample", () => {
    const chain = chainOf({
      blocks: 8,
      launchUs: 0,
      forwardUs: 1,
      backwardUs: 1,
      weightBytes: 0,
      keptBytes: 0,
      outputBytes: 0,
      ends: false,
    });
    const slower = { ...chain, forwardUs: chain.forwardUs.map((us, i) => (i >= 4 * 8 ? 10 * us : us)) };
    const options: WidthDepthOptions = {
      devices: 8,
      memoryBytes: 1e9,
      batch: 1_024,
      mayGrow: true,
      microBatch: "best",
      stateFactor: 0,
      bytesPerUs: () => ({ stages: 1, replicas: 1 }),
    };
    const best = widthDepthPlan(slower, options)!;
    const largest = widthDepthPlan(slower, { ...options, microBatch: "largest" })!;
    expect([best.microBatch, largest.microBatch]).toEqual([8, 16]);
    expect(largest.sampleUs).toBeGreaterThan(best.sampleUs);
  });

  test("rejects a batch of fewer micro-batches than stages unless it may grow", () => {
    const chain = chainOf({
      blocks: 8,
      launchUs: 1,
      forwardUs: 1,
      backwardUs: 1,
      weightBytes: 100,
      keptBytes: 1,
      outputBytes: 1,
      ends: false,
    });
    const options: WidthDepthOptions = {
      devices: 8,
      memoryBytes: 250,
      batch: 4,
      mayGrow: false,
      microBatch: "best",
      stateFactor: 0,
      bytesPerUs: () => ({ stages: 10, replicas: 10 }),
    };
    expect(widthDepthPlan(chain, options)).toBeNull();
    const plan = widthDepthPlan(chain, { ...options, mayGrow: true })!;
    expect([plan.depth, plan.microBatches]).toEqual([8, 8]);
  });
});

describe("memory of equal stages", () => {
  const [depth, microBatches] = [4, 16];
  const share = { weightBytes: 1_000 / depth, keptBytes: 800 / depth, inputBytes: 10 };

  test.each([
    ["gpipe", 250 + 16 * 200, 250 + 200 + 16 * 10],
    ["flush", 250 + 4 * 200, 250 + 200 + 4 * 10],
    ["2bw", 500 + 4 * 200, 500 + 200 + 4 * 10],
  ] as const)("of the first stage under %s is that of the paper's table", (schedule, kept, recomputed) => {
    const setting = { schedule, stage: 0, depth, microBatches, stateFactor: 0 };
    expect(stageBytes(share, { ...setting, recompute: false })).toBe(kept);
    expect(stageBytes(share, { ...setting, recompute: true })).toBe(recomputed);
    expect(stageBytes(share, { ...setting, recompute: false, stateFactor: 3 })).toBe(kept + 3 * 250);
  });

  test("holds fewer micro-batches towards the last stage, and never more than the batch has", () => {
    const bytesOf = (stage: number, m: number) =>
      stageBytes(share, {
        schedule: "flush",
        stage,
        depth,
        microBatches: m,
        recompute: false,
        stateFactor: 0,
      }) - share.weightBytes;
    expect([0, 1, 2, 3].map((stage) => bytesOf(stage, 16) / share.keptBytes)).toEqual([4, 3, 2, 1]);
    expect(bytesOf(0, 2)).toBe(2 * share.keptBytes);
  });
});

test("blocks that do not divide have no equal stages", () => {
  const chain = chainOf({
    blocks: 12,
    launchUs: 0,
    forwardUs: 1,
    backwardUs: 1,
    weightBytes: 1,
    keptBytes: 1,
    outputBytes: 1,
    ends: true,
  });
  expect(equalStages(chain, 5)).toBeNull();
  expect(equalStages(chain, 3)!.map(({ from, to }) => [from, to])).toEqual([
    [0, 5],
    [5, 9],
    [9, 14],
  ]);
});

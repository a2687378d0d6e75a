/** DOPPLER's modes and switches on a tiny graph; doppler.slow.test.ts has what its stages learn. */
import { describe, expect, test } from "vitest";
import { doppler } from "../../../agents/learned/doppler.ts";
import { asPlacement } from "../../../env/index.ts";
import { SMALL, trained } from "./doppler-training.ts";

describe("doppler", () => {
  test("plans the order of its choices, and devices alone where it is told to", async () => {
    expect(asPlacement((await trained({}, 40)).plan).opPriority).toBeDefined();
    expect(asPlacement((await trained({ order: false }, 40)).plan).opPriority).toBeUndefined();
  });

  test("has every option of the paper in mode=paper, and what is given over it", () => {
    const given = doppler.options.parse({ mode: "paper", batch: 3 });
    expect(given).toMatchObject({
      imitationUpdates: 2000,
      order: false,
      width: 128,
      discount: 0.99,
      batch: 3,
    });
    expect(doppler.options.parse({})).toMatchObject({ mode: "tuned", order: true, width: 32, discount: 1 });
  });

  test.each([
    ["the paper's rules", { mode: "paper", imitationUpdates: 5, updates: 20 }],
    ["topological order", { select: false, imitationUpdates: 3 }],
    ["an encoding for each step", { encode: "step", imitationUpdates: 3, batch: 2 }],
    ["no imitation", { imitation: false }],
  ])("trains with %s, the same for the same seed", async (_, changes) => {
    const one = await trained({ ...changes, ...SMALL }, 60);
    const two = await trained({ ...changes, ...SMALL }, 60);
    expect(one.updates.length).toBeGreaterThan(2);
    for (const { metrics } of one.updates)
      for (const value of Object.values(metrics)) expect(Number.isFinite(value)).toBe(true);
    expect(two.saved).toBe(one.saved);
  });
});

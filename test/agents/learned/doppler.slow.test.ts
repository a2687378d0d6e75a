/** What each of DOPPLER's stages learns on a tiny graph. */
import { describe, expect, test } from "vitest";
import { trained } from "./doppler-training.ts";

describe("doppler", () => {
  test("acts like list scheduling after imitation alone", async () => {
    const { us } = await trained({ imitationUpdates: 60 }, 2 * 2 * 60);
    expect(us).toBeLessThan(420);
  });

  test("learns in stage 2 without an expert: its plan beats one device by a third", async () => {
    const { us, best } = await trained({ imitation: false, learningRate: 0.02 }, 800);
    expect(best).toBeLessThan(540);
    expect(us).toBeLessThan(540);
  });
});

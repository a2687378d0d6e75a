/** 10,000 random pipelines over all schedules and networks. */
import { expect, test } from "vitest";
import { anySwitches, checkBounds } from "./pipeline-values.ts";

test("none of 10,000 pipelines is below a bound or above the ceiling", () => {
  const { scored, below, above } = checkBounds(0, 10_000, anySwitches);
  expect(scored).toBeGreaterThan(9_000);
  expect([below, above]).toEqual([[], []]);
});

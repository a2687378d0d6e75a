import { expect, test } from "vitest";
import { keyLabels, likeliestDevices } from "../../../../agents/learned/regal/key-labels.ts";
import { BINS, SETTINGS } from "../../../../agents/search/keys/key-bins.ts";
import { testScenario } from "../../../../env/index.ts";

const { grouping } = testScenario({ graph: "a 10 1B\nb 20 1B <- a\nc 30 1B <- a", devices: 3 });
const legal = [Int32Array.of(0, 1, 2), Int32Array.of(0, 1, 2), Int32Array.of(1, 2)];
const label = Int32Array.of(2, 0, 1);

test("settings spell the devices that they were made of", () => {
  const bins = keyLabels(label, 3, grouping, undefined);
  expect(bins).toHaveLength(3 * 4 * SETTINGS);
  expect(likeliestDevices(bins, legal, 3)).toEqual(label);
  for (const bin of bins) expect(bin >= 0 && bin < BINS).toBe(true);
});

test("a device that is not legal is never the likeliest", () => {
  const bins = keyLabels(Int32Array.of(0, 0, 0), 3, grouping, undefined);
  expect(likeliestDevices(bins, legal, 3)[2]).toBe(1);
});

test("priorities fall with the start of the groups", () => {
  const row = (bins: Int32Array, g: number) => bins[(g + 1) * 4 * SETTINGS - SETTINGS];
  const bins = keyLabels(label, 3, grouping, Float64Array.of(0, 50, 10));
  expect([0, 1, 2].map((g) => row(bins, g))).toEqual([BINS - 1, 0, Math.round((BINS - 1) / 2)]);
});

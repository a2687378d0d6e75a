import { expect, test } from "vitest";
import { configurationsOf } from "../../../../../../agents/exact/sharding/labels/pase/configurations.ts";

const written = (space: number[], devices: number, cutoff: number) =>
  configurationsOf(space, devices, cutoff).map((splits) => splits.join("x"));

test("splits are divisors whose product is at most the devices, the last dimension fastest", () => {
  expect(written([4, 6], 4, 1)).toEqual(["1x1", "1x2", "1x3", "2x1", "2x2", "4x1"]);
});

test("a part keeps the least number of elements, and a small dimension is not split", () => {
  expect(written([12, 3], 12, 4)).toEqual(["1x1", "2x1", "3x1"]);
});

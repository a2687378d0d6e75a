import { expect, test } from "vitest";
import { degreesOf } from "../../../../../agents/search/pipelines/programs/degrees.ts";

test.each([
  [4, 64, 16, 20],
  [4, 256, 16, 24],
  [8, 64, 16, 36],
  [8, 256, 16, 45],
  [16, 64, 16, 55],
  [16, 256, 16, 71],
  [16, 64, 12, 54],
  [16, 256, 12, 70],
])("%i devices, %i samples, %i heads: %i configurations", (world, batch, heads, count) => {
  const found = degreesOf(world, { batch, heads });
  expect(found).toHaveLength(count);
  for (const { data, tensor, pipeline } of found) expect(data * tensor * pipeline).toBe(world);
});

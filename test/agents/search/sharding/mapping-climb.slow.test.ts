import { expect, test } from "vitest";
import { climbedAll } from "./four-ops.ts";

test.each([
  [8, 4],
  [4, 16],
])("on a mesh of 2 x 2 it never rises, and 20 climbs find the optimum: %i rows, %i wide", (rows, width) => {
  const { found, optimum, risen } = climbedAll(rows, width, [2, 2], 20);
  expect([found, risen]).toEqual([optimum, 0]);
});

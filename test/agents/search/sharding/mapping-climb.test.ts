import { expect, test } from "vitest";
import { climbedAll } from "./four-ops.ts";

test("on two devices it never rises, and a few climbs find the optimum of all mappings", () => {
  const { found, optimum, risen } = climbedAll(4, 8, [2], 3);
  expect([found, risen]).toEqual([optimum, 0]);
});

import { expect, test } from "vitest";
import { migrations } from "../../../../agents/exact/recompute/migration.ts";

test("units go to their new stage by single steps, those of one round together", () => {
  expect(migrations([3, 1, 1], [1, 1, 3])).toEqual([
    [
      { unit: 1, from: 0, to: 1 },
      { unit: 2, from: 0, to: 1 },
      { unit: 3, from: 1, to: 2 },
    ],
    [{ unit: 2, from: 1, to: 2 }],
  ]);
  expect(migrations([2, 2], [2, 2])).toEqual([]);
});

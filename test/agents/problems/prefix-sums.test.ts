import { expect, test } from "vitest";
import { prefixSums } from "../../../agents/problems/prefix-sums.ts";

test("sums of ranges are differences of the sums before each position", () => {
  const values = [3, 1, 4, 1, 5];
  const sums = prefixSums(values);
  for (let from = 0; from <= values.length; from++)
    for (let to = from; to <= values.length; to++)
      expect(sums[to] - sums[from]).toBe(values.slice(from, to).reduce((sum, value) => sum + value, 0));
});

test("no values have one sum, which is 0", () => {
  expect([...prefixSums([])]).toEqual([0]);
});

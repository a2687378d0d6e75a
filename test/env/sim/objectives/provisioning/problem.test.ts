import { expect, test } from "vitest";
import { checkProblem, stagesOf } from "../../../../../env/sim/objectives/provisioning/problem.ts";
import { randomProblem } from "./problems.ts";

const problem = {
  ...randomProblem("stages", { layers: 4, types: 2 }),
  computeTime: Float64Array.of(1, 10, 2, 20, 3, 30, 4, 40),
  transferTime: Float64Array.of(5, 6, 7, 8),
};

test("Consecutive layers of one type are a stage that pays for the transfer to its first layer", () => {
  expect(stagesOf(problem, [0, 1, 1, 0])).toEqual([
    { first: 0, end: 1, type: 0, computeTime: 1, transferTime: 5 },
    { first: 1, end: 3, type: 1, computeTime: 50, transferTime: 6 },
    { first: 3, end: 4, type: 0, computeTime: 4, transferTime: 8 },
  ]);
});

test.each([
  [{ computeTime: new Float64Array(7) }, "computeTime has 7 entries, expected 8"],
  [{ transferShare: Float64Array.of(0.5, 1.5) }, "transferShare[1] is 1.5"],
  [{ floor: Number.NaN }, "floor[0] is NaN"],
  [{ layers: 0 }, "0 layers"],
])("A problem with %o is refused", (change, sentence) => {
  expect(() => checkProblem({ ...problem, ...change })).toThrow(sentence);
});

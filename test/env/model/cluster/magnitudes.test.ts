/** The range of exact times: what is outside is one sentence, what is at its ends is taken. */
import { expect, test } from "vitest";
import { evaluator, placement, testScenario } from "../../../../env/index.ts";

test.each([
  ["5e-324", "less than 1e-300 us"],
  ["1e-301", "less than 1e-300 us"],
  ["1e16", "more than 2^53 us"],
])("refuses an op of %s us", (us, sentence) => {
  expect(() => testScenario({ graph: `a ${us}` })).toThrow(
    `op "a" takes on "gpu:0" ${us.replace("1e16", "10000000000000000")} us, ${sentence}`,
  );
});

test.each(["0", "1e-300", "9e15"])("takes an op of %s us", (us) => {
  expect(evaluator(testScenario({ graph: `a ${us}` })).evaluate(placement([0])).value).toBe(Number(us));
});

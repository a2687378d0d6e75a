import { expect, test } from "vitest";
import { leastLargestRanges } from "../../../../agents/exact/cuts/range-cuts.ts";
import type { FeatureLine } from "../../../../agents/problems/block-line.ts";
import { prefixSums } from "../../../../agents/problems/prefix-sums.ts";
import { costSums, learnedCuts, rangeCosts } from "../../../../agents/search/lines/learned-cuts.ts";
import { createRng } from "../../../../env/index.ts";

const rng = createRng("line");
const neighbours = Array.from({ length: 600 }, (_, v) => (v < 200 ? 40 : 2) + rng.int(10));
const line: FeatureLine = {
  length: 600,
  layers: [[prefixSums(new Array<number>(600).fill(1)), prefixSums(neighbours)]],
};
const truth = [Float64Array.of(5, 0.5)];
const timesOf = (starts: Int32Array) => [rangeCosts(costSums(line, truth), starts)];

test("a few steps find cuts as good as the true weights do", () => {
  const learner = learnedCuts(line);
  let starts = leastLargestRanges(line.layers[0][1], 4);
  const first = Math.max(...timesOf(starts)[0]);
  for (let round = 0; round < 4; round++) {
    learner.observe(starts, timesOf(starts));
    starts = learner.cuts(4);
  }
  const best = Math.max(...timesOf(leastLargestRanges(costSums(line, truth), 4))[0]);
  expect(Math.max(...timesOf(starts)[0])).toBeLessThanOrEqual(1.01 * best);
  expect(first).toBeGreaterThan(1.2 * best);
  const predicted = learner.predict(line, starts);
  timesOf(starts)[0].forEach((us, part) => {
    expect(Math.abs(predicted[part] / us - 1)).toBeLessThan(0.01);
  });
});

test("each layer has weights of its own, and cuts balance their sum", () => {
  const both: FeatureLine = { length: 600, layers: [line.layers[0], line.layers[0]] };
  const learner = learnedCuts(both);
  const weights = [Float64Array.of(5, 0), Float64Array.of(0, 0.5)];
  for (const starts of [Int32Array.of(0, 100, 600), Int32Array.of(0, 400, 600)])
    learner.observe(
      starts,
      weights.map((of) => rangeCosts(costSums(line, [of]), starts)),
    );
  const [vertices, edges] = learner.weights();
  expect(vertices[0]).toBeCloseTo(5, 1);
  expect(edges[1]).toBeCloseTo(0.5, 1);
  const even = leastLargestRanges(costSums(both, weights), 2);
  expect(Math.abs(learner.cuts(2)[1] - even[1])).toBeLessThanOrEqual(2);
});

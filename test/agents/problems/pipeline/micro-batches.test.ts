import { expect, test } from "vitest";
import {
  aboutDoubled,
  finerMicroBatches,
  microBatchChoices,
  wholeMicroBatches,
} from "../../../../agents/problems/pipeline/micro-batches.ts";
import { parseGraph, testScenario } from "../../../../env/index.ts";

const ofBatch = (batch: number | null) => {
  const scenario = testScenario({ graph: parseGraph("a 10 4B\nb 20 <- a"), objective: "iteration" });
  return { ...scenario, graph: { ...scenario.graph, batch } };
};

test("micro-batches have whole samples", () => {
  expect(wholeMicroBatches(ofBatch(30))).toEqual([1, 2, 3, 5, 6, 10, 15, 30]);
  expect(microBatchChoices(ofBatch(30), 0)).toEqual([1, 2, 5, 10, 30]);
  expect(microBatchChoices(ofBatch(32), 0)).toEqual([1, 2, 4, 8, 16, 32]);
  expect(microBatchChoices(ofBatch(4096), 0)).toEqual([1, 2, 4, 8, 16, 32, 64]);
});

test("finer numbers go on to a sample each, and there are none of a small or an unknown batch", () => {
  expect(finerMicroBatches(ofBatch(512))).toEqual([128, 256, 512]);
  expect(finerMicroBatches(ofBatch(64))).toEqual([]);
  expect(finerMicroBatches(ofBatch(null))).toEqual([]);
});

test("where the batch is not known all numbers may be chosen", () => {
  expect(wholeMicroBatches(ofBatch(null))).toHaveLength(64);
  expect(microBatchChoices(ofBatch(null), 0)).toEqual([1, 2, 4, 8, 16, 32, 64]);
});

test("a number that is asked for is taken as it is", () => {
  expect(microBatchChoices(ofBatch(30), 7)).toEqual([7]);
});

test("numbers about double, and the last is there", () => {
  expect(aboutDoubled([1])).toEqual([1]);
  expect(aboutDoubled([1, 3, 5, 7])).toEqual([1, 3, 7]);
});

import { describe, expect, test } from "vitest";
import { InputError } from "../../../../env/index.ts";
import { simulateStep } from "../step.ts";
import { a100, headS, layerS, updateS } from "./a100.ts";
import { checkedRun } from "./check-run.ts";
import { megatronStep } from "./step.ts";
import {
  embeddingParameters,
  headWork,
  layerParameters,
  layersOfStages,
  layerWork,
  type Run,
} from "./transformer.ts";

const run: Run = {
  gpus: 1,
  batch: 4,
  microBatch: 1,
  hidden: 64,
  heads: 2,
  layers: 4,
  sequence: 16,
  tensor: 1,
  data: 1,
  pipeline: 1,
  chunks: 1,
  vocabulary: 100,
  recompute: "none",
  sequenceParallel: false,
  splitsSends: false,
};
const table = { seconds: [0.001], largestGBps: 1 };
const tables = new Map([2, 4, 8].map((count) => [count, table] as const));
const timeOf = (of: Run) => simulateStep(megatronStep("made up", of, tables)).seconds;

test("work of a layer and of the head, counted by hand", () => {
  const { all, scores } = layerWork(run);
  expect(scores).toEqual({ flops: 4 * 16 * 16 * 64, bytes: 5 * 16 * 2 * 16 });
  expect(all).toEqual({
    flops: 24 * 16 * 64 * 64 + scores.flops,
    bytes: 34 * 16 * 64 + scores.bytes,
  });
  const split = layerWork({ ...run, tensor: 2 }).all;
  expect(split).toEqual({ flops: all.flops / 2, bytes: (10 + 12) * 16 * 64 + scores.bytes / 2 });
  const sequence = layerWork({ ...run, tensor: 2, sequenceParallel: true }).all;
  expect(sequence.bytes).toBe(all.bytes / 2);
  expect(headWork(run)).toEqual({ flops: 6 * 16 * 64 * 100, bytes: 12 * 16 * 100 });
  expect(layerParameters(run)).toBe(12 * 64 * 64 + 13 * 64);
  expect(embeddingParameters(run)).toBe(116 * 64);
});

test("layers that do not divide evenly are in the first stages", () => {
  expect(layersOfStages({ ...run, layers: 7, pipeline: 3 })).toEqual([3, 2, 2]);
  expect(layersOfStages({ ...run, layers: 8, pipeline: 2, chunks: 2 })).toEqual([2, 2, 2, 2]);
});

test("device model: the floor of a small layer, the roofline of a large one", () => {
  const model = { efficiency: 0.5, traffic: 2, floorS: 0.003, launchS: 0.0005 };
  expect(layerS({ flops: 0, bytes: 0 }, 4, model)).toBeCloseTo(0.005, 12);
  expect(layerS({ flops: 156e12, bytes: 0 }, 0, model)).toBeCloseTo(1, 5);
  expect(layerS({ flops: 0, bytes: 1.555e12 }, 0, model)).toBeCloseTo(2, 5);
  expect(headS({ flops: 78e12, bytes: 0 }, 101, model)).toBeCloseTo(1, 12);
  expect(headS({ flops: 78e12, bytes: 0 }, 100, model)).toBeCloseTo(0.5, 12);
  expect(updateS(1.555e12)).toBe(28);
});

describe("a step", () => {
  const body = (sums: number, passes: number) => {
    const { flops, bytes } = layerWork(run).all;
    return layerS({ flops: passes * flops, bytes: passes * bytes }, sums, a100);
  };
  const head = headS(headWork(run), 100, a100);
  const update = updateS(4 * layerParameters(run) + embeddingParameters(run));

  test("on one device is all layers and the head, micro-batch by micro-batch, and the update", () => {
    expect(timeOf(run)).toBeCloseTo(4 * (4 * body(0, 3) + head) + update, 9);
    const again = timeOf({ ...run, recompute: "full" });
    expect(again).toBeCloseTo(4 * (4 * body(0, 4) + head) + update, 9);
  });

  test("replicas share the batch and sum their gradients", () => {
    const time = timeOf({ ...run, gpus: 2, data: 2 });
    expect(time).toBeCloseTo(2 * (4 * body(0, 3) + head) + update + 0.001, 9);
  });

  test("a tensor group sums four times a layer, six with recomputation, and once in the head", () => {
    const of = (recompute: Run["recompute"]) => {
      const [{ ops }] = megatronStep("", { ...run, tensor: 2, recompute }, tables).stages;
      return ops.map(({ forwardS, backwardS }) => forwardS + backwardS);
    };
    const { all } = layerWork({ ...run, tensor: 2 });
    const passes = (count: number, sums: number) =>
      layerS({ flops: count * all.flops, bytes: count * all.bytes }, sums, a100) + sums * 0.001;
    expect(of("none")[0]).toBeCloseTo(passes(3, 4), 9);
    expect(of("full")[0]).toBeCloseTo(passes(4, 6), 9);
    expect(of("none")).toHaveLength(5);
    expect(of("none")[4]).toBeCloseTo(headS(headWork({ ...run, tensor: 2 }), 50, a100) + 0.001, 9);
  });

  test("more micro-batches in a pipeline cost less than in proportion", () => {
    const staged = { ...run, gpus: 2, pipeline: 2, layers: 8 };
    const [few, many] = [timeOf(staged), timeOf({ ...staged, batch: 8 })];
    expect(many).toBeLessThan(1.9 * few);
    expect(timeOf({ ...staged, chunks: 2 })).toBeLessThan(few);
  });
});

test.each([
  [{ gpus: 3 }, "is not the 3 GPUs"],
  [{ gpus: 8, pipeline: 8 }, "fewer than the 8 stages"],
  [{ microBatch: 3 }, "no whole number of micro-batches"],
  [{ gpus: 2, pipeline: 2, chunks: 2, batch: 3 }, "a multiple of 2 micro-batches"],
])("a row with %j is a sentence", (wrong, sentence) => {
  const check = () => checkedRun({ ...run, ...wrong }, "t.csv, line 2");
  expect(check).toThrow(InputError);
  expect(check).toThrow(`t.csv, line 2: `);
  expect(check).toThrow(sentence);
});

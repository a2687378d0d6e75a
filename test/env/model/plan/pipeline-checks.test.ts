/** Every sentence on what is wrong with a pipeline plan. */
import { describe, expect, test } from "vitest";
import { testScenario } from "../../../../env/index.ts";
import { MOST_MICRO_BATCHES, type PipelinePlan } from "../../../../env/model/plan/pipeline.ts";
import { checkPipeline } from "../../../../env/model/plan/pipeline-checks.ts";
import { chainScenario, pipelineOf, uniformLayers } from "./chain.ts";

const layers = uniformLayers(3, { forwardUs: 1, backwardUs: 1, weightBytes: 1 });
const scenario = chainScenario({ layers, devices: ["GPU", "GPU", "CPU"], inputs: { 0: 1 } });
const valid = pipelineOf(scenario, "0@0 | 1,2@1 x2 1f1b");
const { names } = scenario.graph;

const refusal = (change: Partial<Record<keyof PipelinePlan, unknown>>, of = scenario): string => {
  try {
    checkPipeline(of, { ...valid, ...change } as PipelinePlan);
  } catch (error) {
    return (error as Error).message;
  }
  return "none";
};
const stageOfWith = (op: string, stage: number) =>
  valid.stageOf.map((own, v) => (names[v] === op ? stage : own));
const flagOn = (op: string, value = 1) => Uint8Array.from(names, (name) => (name === op ? value : 0));

test("a valid plan is refused by nothing", () => {
  expect(refusal({})).toBe("none");
  expect(refusal({ recompute: flagOn("f1"), swap: flagOn("f2"), collective: "tree", sync: "exposed" })).toBe(
    "none",
  );
});

describe("stages", () => {
  test.each([
    [
      { stageOf: new Int32Array(2) },
      "The pipeline's stageOf has 2 entries for 10 ops; give one stage per op.",
    ],
    [{ stageOf: undefined }, "The pipeline's stageOf has no entries for 10 ops; give one stage per op."],
    [{ stages: [] }, "The pipeline has no stages; at least one is needed."],
    [
      { stages: [{ devices: [], share: "split" }, valid.stages[1]] },
      "Stage 0 of the pipeline has no devices; at least one is needed.",
    ],
    [
      { stages: [valid.stages[0], { devices: [3], share: "split" }] },
      "Stage 1 of the pipeline names device 3, expected 0..2.",
    ],
    [
      { stages: [{ devices: [1, 1], share: "split" }, valid.stages[1]] },
      'Stage 0 of the pipeline names "gpu:1" twice.',
    ],
    [
      { stages: [{ devices: [0], share: "halved" }, valid.stages[1]] },
      'Stage 0 of the pipeline has share "halved", expected split or dealt.',
    ],
    [{ stages: [...valid.stages, { devices: [0], share: "split" }] }, "Stage 2 of the pipeline has no op."],
  ])("%#", (change, sentence) => {
    expect(refusal(change)).toBe(sentence);
  });
});

describe("ops", () => {
  test.each([
    [{ stageOf: stageOfWith("f0", 5) }, 'Op "f0" is in stage 5, expected 0..1, or -1 for an input.'],
    [{ stageOf: stageOfWith("x0", 0) }, 'Op "x0" is in stage 0 on "gpu:0" (GPU), but runs only on CPU.'],
    [
      { stageOf: stageOfWith("f1", -1) },
      `Op "f1" is in stage -1, the host's; only forward ops without inputs and weights can be.`,
    ],
    [
      { stageOf: stageOfWith("f2", 0) },
      'Forward op "f1" is in stage 1, but "f2", which uses it, in stage 0; a later stage cannot feed an earlier one.',
    ],
    [{ stageOf: stageOfWith("b1", 0) }, "none"],
    [
      { stageOf: stageOfWith("b2", 0) },
      'Backward op "b2" is in stage 0, but "b1", which uses it, in stage 1; gradients go to earlier stages alone.',
    ],
  ])("%#", (change, sentence) => {
    expect(refusal(change)).toBe(sentence);
  });

  test("inputs need a CPU", () => {
    const graph = "x 1 5B kinds=CPU <-\na 1 <- x";
    const withCpu = testScenario({ graph, devices: ["GPU", "CPU"] });
    const gpusAlone = { ...withCpu, cluster: testScenario({ graph: "a 1", devices: 2 }).cluster };
    const plan = { ...valid, stageOf: Int32Array.of(-1, 0), stages: [{ devices: [0], share: "split" }] };
    expect(refusal(plan, withCpu)).toBe("none");
    expect(refusal(plan, gpusAlone)).toBe(
      `Op "x" is in stage -1, the host's, but no CPU of cluster "2 devices" runs it.`,
    );
  });
});

describe("micro-batches, schedule and words", () => {
  test.each([
    [{ microBatches: 0 }, `The pipeline has 0 micro-batches, expected 1..${MOST_MICRO_BATCHES}.`],
    [{ microBatches: 1.5 }, `The pipeline has 1.5 micro-batches, expected 1..${MOST_MICRO_BATCHES}.`],
    [{ schedule: 3 }, "The pipeline's schedule is 3, expected one with a name."],
    [{ schedule: { name: "1f1b", depth: 2 } }, 'Schedule "1f1b" has no options, but "depth" is given.'],
    [{ collective: "star" }, `The pipeline's collective is "star", expected ring, tree or hierarchical.`],
    [{ sync: "late" }, `The pipeline's sync is "late", expected overlapped or exposed.`],
  ])("%#", (change, sentence) => {
    expect(refusal(change)).toBe(sentence);
  });

  test("a batch has no more micro-batches than samples", () => {
    const ofFour = { ...scenario, graph: { ...scenario.graph, batch: 4 } };
    expect(refusal({ microBatches: 5 }, ofFour)).toBe(
      "The pipeline has 5 micro-batches, expected 1..4, the samples of the batch.",
    );
  });

  test("an unknown schedule is named", () => {
    expect(refusal({ schedule: { name: "zigzag" } })).toMatch(/Schedule "zigzag"/);
  });
});

describe("recomputation and swaps", () => {
  test.each([
    [
      { recompute: new Uint8Array(3) },
      "The pipeline's recompute has 3 entries for 10 ops; give 0 or 1 for each op.",
    ],
    [
      { swap: flagOn("b1") },
      `The pipeline's swap of op "b1" is 1, expected 0, or 1 for a forward op of a stage.`,
    ],
    [
      { recompute: flagOn("f1", 2) },
      `The pipeline's recompute of op "f1" is 2, expected 0, or 1 for a forward op of a stage.`,
    ],
    [
      { recompute: flagOn("x0") },
      `The pipeline's recompute of op "x0" is 1, expected 0, or 1 for a forward op of a stage.`,
    ],
    [
      { recompute: flagOn("f1"), swap: flagOn("f1") },
      'Op "f1" is both recomputed and swapped, expected one of them.',
    ],
  ])("%#", (change, sentence) => {
    expect(refusal(change)).toBe(sentence);
  });

  test("swaps need a CPU", () => {
    const gpus = chainScenario({ layers });
    const plan = pipelineOf(gpus, "0@0 swap | 1,2@1 x1 1f1b");
    expect(() => checkPipeline(gpus, plan)).toThrow(
      `The pipeline swaps tensors to the host's memory, but cluster "3 devices" has no CPU.`,
    );
  });
});

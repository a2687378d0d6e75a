/** Pipelines of other programs: what their files say, and each mistake. */
import { describe, expect, test } from "vitest";
import { InputError, testScenario } from "../../../../env/index.ts";
import type { PipelinePlan } from "../../../../env/model/plan/pipeline.ts";
import { readPlanFile } from "../../../../scenarios/index.ts";

const scenario = testScenario({
  graph: `
    read 1 8B kinds=CPU
    embed 1 8B params=8 <- read
    layer_0/fc 1 8B params=8 <- embed
    layer_0/add 1 8B <- layer_0/fc
    layer_1/fc 1 8B params=8 <- layer_0/add
    head 1 8B params=8 <- layer_1/fc
    layer_1/fc/grad 1 8B role=backward twin=layer_1/fc <- head`,
  devices: ["GPU", "GPU", "CPU"],
});
const read = (fields: object) =>
  readPlanFile(scenario, { content: JSON.stringify(fields), name: "plan.json" });
const refusal = (fields: object): string => {
  try {
    read(fields);
  } catch (error) {
    if (error instanceof InputError) return error.message;
    throw error;
  }
  throw new Error("it was accepted");
};

describe("a balance list of torchgpipe", () => {
  test("counts layers in the order of the model, with the host's inputs and twins where they belong", () => {
    const { plan, format } = read({ balance: [1, 3], chunks: 2, checkpoint: "never" });
    expect(format).toBe("torchgpipe");
    expect(plan).toEqual({
      kind: "pipeline",
      stages: [
        { devices: [0], share: "split" },
        { devices: [1], share: "split" },
      ],
      stageOf: Int32Array.of(-1, 0, 1, 1, 1, 1, 1),
      microBatches: 2,
      schedule: { name: "gpipe" },
    });
  });

  test("recomputes as torchgpipe does where it does not say, and notes the last micro-batch", () => {
    const { plan, notes } = read({ balance: [4], chunks: 2 });
    expect([...(plan as PipelinePlan).recompute!]).toEqual([0, 1, 1, 1, 1, 1, 0]);
    expect(notes).toEqual(["The last micro-batch is recomputed too; torchgpipe's except_last keeps it."]);
  });

  test.each([
    [{ balance: [1, 1] }, /its balance counts 2 layers, and there are 4\.$/],
    [{ balance: [2, 2], devices: [0] }, /it has 1 device for 2 partitions\.$/],
    [{ balance: [2, 2], devices: ["cuda:0", "cuda:7"] }, /GPU 7, and cluster/],
    [{ balance: [] }, /balance/],
    [{ balance: [2, 2], layers: ["embed", "layer_0", "layer_1", "tail"] }, /it does not name layer "head"/],
    [{ balance: [2, 3], layers: ["embed", "layer_0", "layer_1", "head", "x"] }, /its layer "x" is none/],
    [
      { balance: [1, 3], layers: ["head", "embed", "layer_0", "layer_1"] },
      /a later stage cannot feed an earlier one/,
    ],
  ])("%j is one sentence", (fields, sentence) => expect(refusal(fields)).toMatch(sentence));
});

describe("split points of PyTorch", () => {
  test("cut before or after a module, and inside a layer", () => {
    const stagesOf = (split_spec: object) => [...(read({ split_spec }).plan as PipelinePlan).stageOf];
    expect(stagesOf({ layer_1: "BEGINNING" })).toEqual([-1, 0, 0, 0, 1, 1, 1]);
    expect(stagesOf({ embed: "SplitPoint.END" })).toEqual([-1, 0, 1, 1, 1, 1, 1]);
    expect(stagesOf({ "layer_0.add": "BEGINNING" })).toEqual([-1, 0, 0, 1, 1, 1, 1]);
  });

  test("come with a schedule and devices", () => {
    const { plan } = read({
      split_spec: { layer_1: "BEGINNING" },
      schedule: "ScheduleGPipe",
      n_microbatches: 3,
      devices: ["cuda:1", "cuda:0"],
    });
    expect(plan).toMatchObject({
      microBatches: 3,
      schedule: { name: "gpipe" },
      stages: [{ devices: [1] }, { devices: [0] }],
    });
  });

  test.each([
    [
      { split_spec: { nothing: "END" } },
      /its split point "nothing" is no layer or module of the scenario\.$/,
    ],
    [{ split_spec: { layer_1: "MIDDLE" } }, /split_spec\.layer_1/],
    [{ split_spec: { layer_1: "END" }, devices: [0] }, /it has 1 devices? for 2 stages\.$/],
    [{ split_spec: {}, schedule: "ScheduleX" }, /schedule/],
    [{ split_spec: { embed: "END", layer_0: "END" } }, /the device 2 is accelerator 2/],
  ])("%j is one sentence", (fields, sentence) => expect(refusal(fields)).toMatch(sentence));
});

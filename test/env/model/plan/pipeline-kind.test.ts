import { describe, expect, test } from "vitest";
import { planFromJson, planToJson } from "../../../../env/index.ts";
import { pipelineKind } from "../../../../env/model/plan/pipeline-kind.ts";
import { chainScenario, pipelineOf, uniformLayers } from "./chain.ts";

const scenario = chainScenario({
  layers: uniformLayers(2, { forwardUs: 1, backwardUs: 1 }),
  devices: ["GPU", "GPU", "CPU"],
});
const plan = pipelineOf(scenario, "0@0 again | 1@1 swap x4 dapple-pa depth=2 collective=tree sync=exposed");
const json = () => JSON.parse(JSON.stringify(planToJson(plan)));
const refusal = (change: object): string => {
  try {
    planFromJson(scenario, { ...json(), ...change }, "File");
  } catch (error) {
    return (error as Error).message;
  }
  return "none";
};

test("a pipeline is written and read as the same plan, all fields included", () => {
  expect(json()).toMatchObject({
    kind: "pipeline",
    stages: [
      { devices: [0], share: "split" },
      { devices: [1], share: "split" },
    ],
    microBatches: 4,
    schedule: { name: "dapple-pa", depth: 2 },
    collective: "tree",
    sync: "exposed",
  });
  const read = planFromJson(scenario, json(), "File");
  expect(read).toEqual(plan);
  expect(pipelineKind.equal(plan, read as typeof plan)).toBe(true);
});

test("absent fields stay absent, and names of devices are read", () => {
  const { recompute, swap, collective, sync, ...short } = json();
  const read = planFromJson(
    scenario,
    { ...short, stages: [{ devices: ["gpu:0"] }, { devices: ["gpu:1"] }] },
    "",
  );
  expect(Object.keys(read).sort()).toEqual(["kind", "microBatches", "schedule", "stageOf", "stages"]);
  expect([recompute.length, swap.length, collective, sync]).toEqual([6, 6, "tree", "exposed"]);
});

test("a schedule may be its name alone", () => {
  const read = planFromJson(scenario, { ...json(), schedule: "gpipe" }, "File");
  expect(read).toMatchObject({ schedule: { name: "gpipe" } });
});

test("a copy shares no array, and a change makes plans unequal", () => {
  const copy = pipelineKind.copy(plan);
  expect(copy).toEqual(plan);
  for (const field of ["stageOf", "stages", "schedule", "recompute", "swap"] as const)
    expect(copy[field]).not.toBe(plan[field]);
  for (const change of [{ sync: undefined }, { collective: "ring" as const }, { microBatches: 2 }])
    expect(pipelineKind.equal(plan, { ...plan, ...change })).toBe(false);
});

describe("mistakes in a file", () => {
  test.each([
    [
      { stage: 1 },
      /^File: a pipeline has no field "stage", expected kind, .* collective, sync, split, ratios, layouts, panels\.$/,
    ],
    [{ stageOf: [0] }, /^File: stageOf is not a list of 6 whole numbers, one for each op\.$/],
    [{ recompute: [0, 0, 2, 0, 0, 0] }, /^File: recompute holds other numbers than 0 and 1\.$/],
    [{ schedule: 4 }, /^File: schedule is 4, expected the name of a schedule or an object with its name\.$/],
    [{ stages: 3 }, /^File: stages is 3, expected a list of stages\.$/],
    [{ stages: [{}] }, /^File, stage 0: devices is missing, expected a list of devices\.$/],
    [{ stages: [{ devices: [0], share: 1 }] }, /^File, stage 0: share is 1, expected split or dealt\.$/],
    [{ stages: [{ devices: ["tpu"] }] }, /^File, stage 0: the device is "tpu", expected 0\.\.2 or one of /],
    [{ collective: "star" }, /^File: The pipeline's collective is "star"/],
    [{ microBatches: 0 }, /^File: The pipeline has 0 micro-batches/],
  ])("%#", (change, sentence) => {
    expect(refusal(change)).toMatch(sentence);
  });
});

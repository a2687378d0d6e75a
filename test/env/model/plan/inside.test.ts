/** Pipeline plans with meshes inside their stages: leaders, files, copies and mistakes. */
import { describe, expect, test } from "vitest";
import {
  isHybrid,
  leaderPlan,
  ranksOf,
  ranksOfLeaders,
  replicasOf,
  shardingInside,
} from "../../../../env/model/plan/inside.ts";
import type { PipelinePlan } from "../../../../env/model/plan/pipeline.ts";
import { copyPlan, equalPlans, planFromJson, planToJson } from "../../../../env/model/plan/plan.ts";
import { blockScenario, hybridPlan, megatronSplit } from "../../sim/lower/inside/blocks.ts";
import { machines } from "../../sim/lower/machines.ts";

const scenario = blockScenario(2, machines([4, 4]));
const axes = [
  { name: "data", size: 1 },
  { name: "tensor", size: 2 },
];
const plan = hybridPlan(
  scenario,
  [
    { devices: [0, 1, 4, 5], inside: { axes, zero: 1 } },
    { devices: [2, 6], share: "dealt" },
  ],
  megatronSplit(1),
);

describe("leaders", () => {
  test("are the first ranks of replicas, and a device without a mesh leads itself", () => {
    expect(plan.stages.map(ranksOf)).toEqual([2, 1]);
    expect(replicasOf(plan.stages[0])).toEqual([
      [0, 1],
      [4, 5],
    ]);
    expect(leaderPlan(plan).stages).toEqual([
      { devices: [0, 4], share: "split" },
      { devices: [2, 6], share: "dealt" },
    ]);
    expect(ranksOfLeaders(plan, 8)).toEqual([[0, 1], [1], [2], [3], [4, 5], [5], [6], [7]]);
  });

  test("are the plan itself where no stage has a mesh", () => {
    const plain = hybridPlan(scenario, [{ devices: [0] }, { devices: [1] }], () => []);
    expect(leaderPlan(plain)).toBe(plain);
    expect([isHybrid(plain), ranksOfLeaders(plain, 8)]).toEqual([false, null]);
  });

  test("run the splits of their own stage alone", () => {
    const { split, mesh, memory } = shardingInside(plan, 0, [4, 5]);
    const { names } = scenario.graph;
    expect(split[names.indexOf("in0")]).toEqual(
      [[], [], [1]].map((own, i) => plan.split![names.indexOf("in0")]![i] ?? own),
    );
    expect(split[names.indexOf("in1")]).toBeNull();
    expect([mesh, memory]).toEqual([{ axes, devices: [4, 5] }, { zero: 1 }]);
  });
});

describe("files", () => {
  test("hold meshes and splits, with axes by number or name", () => {
    const json = JSON.parse(JSON.stringify(planToJson(plan)));
    expect(equalPlans(planFromJson(scenario, json, "File"), plan)).toBe(true);
    const named = json.split.map(
      (own: number[][] | null) => own?.map((list) => list.map((axis) => axes[axis].name)) ?? null,
    );
    expect(equalPlans(planFromJson(scenario, { ...json, split: named }, "File"), plan)).toBe(true);
  });

  test("and copies share nothing with the plan", () => {
    const copy = copyPlan(plan);
    expect(equalPlans(copy, plan)).toBe(true);
    expect(copy.stages[0].inside!.axes).not.toBe(plan.stages[0].inside!.axes);
    expect(copy.split![1]).not.toBe(plan.split![1]);
    const other: PipelinePlan = {
      ...copy,
      stages: copy.stages.map((stage) => ({ ...stage, inside: { axes } })),
    };
    expect(equalPlans(other, plan)).toBe(false);
  });
});

describe("mistakes", () => {
  const json = planToJson(plan) as unknown as PipelinePlan;
  const stageWith = (change: object) => ({ stages: [{ ...json.stages[0], ...change }, json.stages[1]] });
  const refusal = (change: object): string => {
    try {
      planFromJson(scenario, { ...planToJson(plan), ...change }, "File");
    } catch (error) {
      return (error as Error).message;
    }
    return "none";
  };

  test.each([
    [
      stageWith({ devices: [0, 1, 4] }),
      /^File: Stage 0 of the pipeline has 3 devices for replicas of 1 x 2, expected a multiple of 2\.$/,
    ],
    [stageWith({ inside: { axes, zero: 2 } }), /^File: Stage 0 .* zero 2 inside, expected 0 or 1/],
    [stageWith({ inside: { axes: [] } }), /^File: Stage 0 of the pipeline: The sharding's mesh has no axes/],
    [stageWith({ inside: { axes: [{ name: "a", size: 0 }] } }), /^File: Stage 0 .* has size 0/],
    [stageWith({ inside: 4 }), /^File, stage 0: inside is 4, expected an object with a list of axes\.$/],
    [stageWith({ inside: undefined }), /^File: Op "x" has a split, but its stage 0 has no mesh inside\.$/],
    [{ split: [] }, /^File: The pipeline's split has 0 entries for \d+ ops/],
    [{ split: 3 }, /^File: split is 3, expected a list\.$/],
    [
      { split: json.split!.map((own) => own?.map(() => [1]) ?? null) },
      /^File: Stage 0 .* uses mesh axis "tensor" twice/,
    ],
    [
      { stages: [json.stages[0], { ...json.stages[1], devices: [0, 6] }] },
      /^File: Stage 1 of the pipeline shares "gpu:0" with a replica of other ranks; .*\.$/,
    ],
  ])("%#", (change, sentence) => {
    expect(refusal(change)).toMatch(sentence);
  });
});

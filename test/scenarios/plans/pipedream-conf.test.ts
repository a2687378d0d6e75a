import { describe, expect, test } from "vitest";
import { asPlacement } from "../../../env/model/plan/plan.ts";
import { importFile, readPlanFile } from "../../../scenarios/index.ts";

const layer = (n: number, stage?: number) =>
  `node${n} -- Linear(8) -- forward_compute_time=1.0, backward_compute_time=2.0, activation_size=100.0, ` +
  `parameter_size=8.0${stage === undefined ? "" : ` -- stage_id=${stage}`}`;
const edges = "\tnode1 -- node2\n\tnode2 -- node3\n\tnode3 -- node4\n";
const profile = (...stages: (number | undefined)[]) =>
  `${stages.map((stage, i) => layer(i + 1, stage)).join("\n")}\n${edges}`;
const plain = importFile(profile(undefined, undefined, undefined, undefined), "plain.txt").scenario;
const staged = importFile(profile(0, 0, 1, 1), "staged.txt").scenario;
const read = (conf: unknown, scenario = plain) =>
  readPlanFile(scenario, { content: JSON.stringify(conf), name: "conf.json" });

describe("a conf.json of PipeDream", () => {
  test("gives a stage to each layer, and stage s to accelerator s", () => {
    const { plan, format } = read({ module_to_stage_map: [0, 0, 1, 2] });
    expect(format).toBe("pipedream-conf");
    expect(Array.from(asPlacement(plan).device)).toEqual([0, 0, 1, 2]);
  });

  test("gives each stage its rank", () => {
    const ranks = { 0: [3], 1: [0] };
    const { plan } = read({ module_to_stage_map: [0, 0, 1, 1], stage_to_rank_map: ranks });
    expect(Array.from(asPlacement(plan).device)).toEqual([3, 3, 0, 0]);
  });

  test("of the runtime has a module for each stage of the profile, with or without the criterion", () => {
    for (const modules of [
      [1, 0],
      [1, 0, 0],
    ])
      expect(Array.from(asPlacement(read({ module_to_stage_map: modules }, staged).plan).device)).toEqual([
        1, 1, 0, 0,
      ]);
  });

  test("places a backward op with its layer", () => {
    const both = importFile(profile(0, 0, 1, 1), "both.txt", new Map([["backward", "separate"]])).scenario;
    const { plan } = read({ module_to_stage_map: [0, 0, 1, 1] }, both);
    expect(Array.from(asPlacement(plan).device)).toEqual([0, 0, 1, 1, 0, 0, 1, 1]);
  });

  test.each([
    [{ module_to_stage_map: [0, 1] }, /has 2 modules, and scenario .* has 4 layers/],
    [{ module_to_stage_map: [0, 1, 2, 9] }, /accelerator 9/],
    [
      { module_to_stage_map: [0, 0, 0, 1], stage_to_rank_map: { 0: [0, 1, 2], 1: [3] } },
      /stage 0 runs on 3 ranks \(0, 1, 2\), and a placement has no replicas/,
    ],
    [{ module_to_stage_map: [0, 0, 0, 1], stage_to_rank_map: { 0: [0] } }, /no rank for stage 1/],
    [{ module_to_stage_map: [0, 0, 0, -1] }, /module_to_stage_map/],
  ])("%j is refused in one sentence", (conf, sentence) => {
    expect(() => read(conf)).toThrow(sentence);
  });
});

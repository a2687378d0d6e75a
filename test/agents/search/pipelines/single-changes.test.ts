/** Every change of a pipeline is a valid plan that differs in what it says. */
import { expect, test } from "vitest";
import { singleChanges } from "../../../../agents/search/pipelines/single-changes.ts";
import { type LayerChain, layerChain } from "../../../../env/model/layers/layer-chain.ts";
import { planToJson, validatePlan } from "../../../../env/model/plan/plan.ts";
import { chainScenario, pipelineOf, uniformLayers } from "../../../env/model/plan/chain.ts";

const scenario = chainScenario({
  layers: uniformLayers(6, { forwardUs: 4, backwardUs: 8, weightBytes: 3, outputBytes: 2, keptBytes: 5 }),
  devices: 4,
  batch: 8,
});
const chain = layerChain(scenario) as LayerChain;
const plan = pipelineOf(scenario, "0-1@0 | 2@1,2 split | 3-5@3 again x4 1f1b");
const changes = singleChanges(chain, plan);
const said = (kind: string) => changes.filter((change) => change.kind === kind).map(({ what }) => what);

test("all changes are valid, differ from the plan and from each other", () => {
  const texts = [plan, ...changes.map((change) => change.plan)].map((each) =>
    JSON.stringify(planToJson(each)),
  );
  expect(new Set(texts).size).toBe(texts.length);
  for (const change of changes) validatePlan(scenario, change.plan);
});

test("a cut shifts by one layer, and never empties a stage", () => {
  expect(said("cut")).toEqual([
    "stage 0 gives its last layer to stage 1",
    "stage 2 gives its first layer to stage 1",
  ]);
});

test("a layer that joins a stage is computed again where the stage is", () => {
  const back = singleChanges(chain, pipelineOf(scenario, "0-1@0 | 2-5@3 again x4 1f1b"));
  const given = back.find(({ what }) => what === "stage 0 gives its last layer to stage 1")!;
  const flags = new Set(
    [...given.plan.stageOf].flatMap((stage, v) =>
      stage === 1 && scenario.graph.role[v] === 0 ? [given.plan.recompute![v]] : [],
    ),
  );
  expect([...flags]).toEqual([1]);
});

test("a stage gets a replica that is free, or that another can spare", () => {
  expect(said("replica")).toEqual([
    "stage 0 gets gpu:2 of stage 1 as a replica",
    "stage 2 gets gpu:2 of stage 1 as a replica",
  ]);
  const free = singleChanges(chain, pipelineOf(scenario, "0-2@0 | 3-5@1 x4 1f1b"));
  expect(free.filter(({ kind }) => kind === "replica").map(({ what }) => what)).toEqual([
    "stage 0 gets the unused gpu:2 as a replica",
    "stage 1 gets the unused gpu:2 as a replica",
  ]);
});

test("recomputation goes on or off, of a stage and of all", () => {
  expect(said("recompute")).toEqual([
    "stage 0 computes activations again",
    "stage 1 computes activations again",
    "stage 2 keeps activations instead of computing them again",
    "all stages compute activations again",
  ]);
});

test("micro-batches double and halve within the samples of the batch", () => {
  expect(said("micro-batches")).toEqual(["8 micro-batches in place of 4", "2 micro-batches in place of 4"]);
});

test("only schedules with a flush take the place of one with a flush", () => {
  expect(said("schedule")).toContain("the schedule gpipe in place of 1f1b");
  expect(said("schedule").join(" ")).not.toMatch(/2bw|pipedream|explicit/);
  const without = singleChanges(chain, pipelineOf(scenario, "0-2@0 | 3-5@1 x4 2bw"));
  expect(without.filter(({ kind }) => kind === "schedule")).toEqual([]);
});

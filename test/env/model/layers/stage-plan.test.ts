import { expect, test } from "vitest";
import { validatePlan } from "../../../../env/index.ts";
import { type LayerChain, layerChain } from "../../../../env/model/layers/layer-chain.ts";
import { stagePlan, stagesIn } from "../../../../env/model/layers/stage-plan.ts";
import { chainScenario, pipelineOf, uniformLayers } from "../plan/chain.ts";

const scenario = chainScenario({
  layers: uniformLayers(4, { forwardUs: 1, backwardUs: 1 }),
  devices: ["GPU", "GPU", "CPU"],
  inputs: { 0: 4 },
});
const chain = layerChain(scenario) as LayerChain;
const ofTwo = (more: object = {}, again = false) =>
  stagePlan(chain, {
    stages: [
      { from: 0, to: 1, devices: [0], share: "split", recompute: again },
      { from: 1, to: 4, devices: [1], share: "dealt" },
    ],
    microBatches: 3,
    schedule: { name: "gpipe" },
    ...more,
  });

test("ops of a layer, backward and updates too, are in the stage of its interval", () => {
  const plan = ofTwo();
  validatePlan(scenario, plan);
  expect(plan).toEqual({
    ...pipelineOf(scenario, "0@0 | 1-3@1 dealt x3 gpipe"),
    stageOf: plan.stageOf,
  });
  scenario.graph.names.forEach((name, v) => {
    const layer = Number(name.at(-1));
    expect(plan.stageOf[v]).toBe(name.startsWith("x") ? -1 : layer === 0 ? 0 : 1);
  });
});

test("recomputation is of stages or of layers, swaps of layers; of forward ops alone", () => {
  const marked = (flags: Uint8Array | undefined) =>
    scenario.graph.names.filter((_, v) => flags?.[v] === 1).sort();
  expect(marked(ofTwo({}, true).recompute)).toEqual(["f0"]);
  const plan = ofTwo({
    recomputedLayers: Uint8Array.of(0, 1, 0, 0),
    swappedLayers: Uint8Array.of(0, 0, 1, 1),
  });
  expect(marked(plan.recompute)).toEqual(["f1"]);
  expect(marked(plan.swap)).toEqual(["f2", "f3"]);
  validatePlan(scenario, plan);
});

test("stages are found again in a plan", () => {
  expect(stagesIn(chain, ofTwo({}, true))?.stages).toMatchObject([
    { from: 0, to: 1, recompute: true },
    { from: 1, to: 4, recompute: false },
  ]);
  expect(stagesIn(chain, pipelineOf(scenario, "0,1@0 swap | 2,3@1 x1 gpipe"))).toBeNull();
});

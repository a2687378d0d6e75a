/** Two pipelines compared: ops in other stages, treated otherwise or divided otherwise inside. */
import { expect, test } from "vitest";
import { pipelineDifference } from "../../../../../env/sim/timeline/pipeline/difference.ts";
import { pipelineTimeline } from "../../../../../env/sim/timeline/pipeline/pipeline-timeline.ts";
import { chainScenario, pipelineOf, uniformLayers } from "../../../model/plan/chain.ts";
import { blockScenario, dataSplit, hybridPlan, megatronSplit } from "../../lower/inside/blocks.ts";
import { machines } from "../../lower/machines.ts";

const layers = uniformLayers(4, {
  forwardUs: 8,
  backwardUs: 16,
  updateUs: 2,
  weightBytes: 12,
  outputBytes: 4,
  keptBytes: 8,
});
const chain = chainScenario({ layers, devices: 4 });
const told = (text: string) => pipelineTimeline(chain, pipelineOf(chain, text));

test("a plan and itself differ in nothing", () => {
  const one = told("0-1@0,1 | 2@2 again | 3@3 x4 1f1b");
  expect(pipelineDifference(one, one)).toEqual([]);
});

test("ops that are in another stage or computed again are told, forward ones alone", () => {
  const changes = pipelineDifference(
    told("0-1@0 | 2@2 | 3@3 x4 1f1b"),
    told("0@0 | 1-2@2 again | 3@3 x4 gpipe"),
  );
  expect(changes.map(({ before, after }) => `${before} -> ${after}`)).toEqual([
    "stage 0 -> stage 1, computed again",
    "stage 1 -> stage 1, computed again",
  ]);
});

test("of hybrids splits are told by dimension and mesh axis", () => {
  const scenario = blockScenario(2, machines([4, 4]));
  const stages = [0, 4].map((first) => ({
    devices: [0, 1, 2, 3].map((rank) => first + rank),
    inside: { axes: [{ name: "ranks", size: 4 }] },
  }));
  const [data, tensor] = [dataSplit(0), megatronSplit(0)].map((split) =>
    pipelineTimeline(scenario, hybridPlan(scenario, stages, split)),
  );
  const changes = pipelineDifference(data, tensor);
  const opening = changes.find(({ op }) => scenario.graph.names[op] === "in1");
  expect(opening).toMatchObject({ before: "stage 1, b ÷ ranks 4", after: "stage 1, h ÷ ranks 4" });
  expect(pipelineDifference(tensor, tensor)).toEqual([]);
});

/** Tables of stages and facts of a pipeline, as terminal and page show them. */
import { expect, test } from "vitest";
import { memoryLimits } from "../../../../env/sim/objectives/memory-limits.ts";
import { pipelineTimeline } from "../../../../env/sim/timeline/pipeline/pipeline-timeline.ts";
import { pipelineFacts } from "../../../../results/text/pipelines/facts.ts";
import { shortName } from "../../../../results/text/pipelines/short-name.ts";
import { stageMemoryRows, stageRows } from "../../../../results/text/pipelines/stage-rows.ts";
import { chainScenario, pipelineOf, uniformLayers } from "../../../env/model/plan/chain.ts";

const layers = uniformLayers(4, { forwardUs: 8, backwardUs: 16, updateUs: 2, weightBytes: 12, keptBytes: 8 });
const scenario = chainScenario({ layers, devices: 4, memoryBytes: 4000, batch: 8 });
const told = (text: string) => pipelineTimeline(scenario, pipelineOf(scenario, text));

test("a stage has its ops, devices, times of a micro-batch and idle share", () => {
  const [titles, ...rows] = stageRows(told("0-1@0,1 split | 2@2 again | 3@3 x4 1f1b"));
  expect(titles).toEqual([
    "stage",
    "ops",
    "first",
    "last",
    "devices",
    "forward us",
    "recompute us",
    "backward us",
    "idle",
  ]);
  expect(rows.map((row) => row[4])).toEqual(["2 split: gpu:0 gpu:1", "gpu:2", "gpu:3"]);
  expect(rows.map((row) => Number(row[5]))).toEqual([2, 2, 2]);
  expect(rows.map((row) => Number(row[6]))).toEqual([0, 2, 0]);
});

test("memory by name adds up to the peak", () => {
  const timeline = told("0@0 | 1@1 | 2@2 | 3@3 x4 pipedream");
  const [titles, ...rows] = stageMemoryRows(timeline, memoryLimits(scenario));
  expect(titles).toContain("weight versions");
  for (const row of rows) {
    const bytes = row.slice(2, -1).map((text) => Number(text.replace(/ B$/, "")));
    const peak = bytes.pop();
    expect(bytes.reduce((sum, value) => sum + value, 0)).toBe(peak);
    expect(row[row.length - 1]).toBe("4.00 kB");
  }
});

test("facts name the schedule, samples, idle time, versions and staleness", () => {
  const facts = new Map(pipelineFacts(told("0@0 | 1@1 | 2@2 | 3@3 x4 pipedream")));
  expect(facts.get("schedule")).toBe("pipedream");
  expect(facts.get("micro-batches")).toBe("4 of 2 samples");
  expect(facts.get("versions")).toBe("4, 3, 2, 1 (by stage) of the weights");
  expect(facts.get("staleness")).toMatch(/^at most 3, 2, 1, 0 \(by stage\) updates/);
  expect(facts.get("idle")).toMatch(/of 4 devices: bubble .*, exposed synchronisation 0\.0%$/);
  expect(new Map(pipelineFacts(told("0-3@0 again x2 gpipe"))).get("recomputed")).toBe("stages 0");
});

test("a long name keeps both ends", () => {
  expect(shortName("layer_12/attention/query", 11)).toBe("layer…query");
  expect(shortName("short", 11)).toBe("short");
});

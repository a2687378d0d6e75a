/** The picture of a pipeline shows the numbers of its simulation. */
import { expect, test } from "vitest";
import { pipelineTimeline } from "../../../../env/sim/timeline/pipeline/pipeline-timeline.ts";
import { pipelineDrawing } from "../../../../results/page/drawing/pipeline-drawing.ts";
import { bubbleShares, endOf } from "../../../../results/page/drawing/schedule-blocks.ts";
import { scheduleSvg } from "../../../../results/page/drawing/schedule-svg.ts";
import { chainScenario, pipelineOf, uniformLayers } from "../../../env/model/plan/chain.ts";

const layers = uniformLayers(4, {
  forwardUs: 8,
  backwardUs: 16,
  updateUs: 2,
  weightBytes: 12,
  outputBytes: 4,
});
const scenario = chainScenario({ layers, devices: 4 });
const told = (text: string) => pipelineTimeline(scenario, pipelineOf(scenario, text));

test.each(["0-1@0,1 | 2@2 again | 3@3 x4 1f1b", "0@0 | 1@1 | 2@2 | 3@3 x8 2bw"])(
  "%s: ends with the measured time, and is as idle as its blocks",
  (text) => {
    const timeline = told(text);
    const drawing = pipelineDrawing(timeline, "plan.json");
    const { batches } = timeline.window;
    expect(endOf(drawing)).toBeCloseTo(timeline.iterationUs * batches, 9);
    const { idle, ...unknown } = drawing;
    bubbleShares(unknown).forEach((share, lane) => {
      expect(share).toBeCloseTo(idle![lane], 9);
    });
    for (const { startUs, endUs } of drawing.blocks) {
      expect(startUs).toBeGreaterThanOrEqual(0);
      expect(endUs).toBeLessThanOrEqual(endOf(drawing));
    }
  },
);

test("has a lane for each device of a stage, sums of gradients and recomputation", () => {
  const drawing = pipelineDrawing(told("0-1@0,1 | 2-3@3 again x4 1f1b"), "plan.json");
  expect(drawing.lanes).toEqual(["gpu:0", "gpu:1", "gpu:3"]);
  const phases = new Set(drawing.blocks.map(({ phase }) => phase));
  expect([...phases].sort()).toEqual(["backward", "forward", "recompute", "sync", "update"]);
  expect(drawing.blocks.filter(({ lane, phase }) => lane === 2 && phase === "recompute")).toHaveLength(4);
});

test("says that it draws the steady state where there is no flush", () => {
  expect(scheduleSvg(pipelineDrawing(told("0-1@0 | 2-3@1 x4 2bw"), "a <plan>"))).toContain(
    "under a &lt;plan&gt;, ",
  );
  expect(pipelineDrawing(told("0-1@0 | 2-3@1 x4 2bw"), "p").title).toMatch(
    /, \d+ batches of its steady state, [\d.]+ us each$/,
  );
});

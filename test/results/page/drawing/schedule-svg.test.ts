/** The picture of a schedule: blocks, numbers, shares of idle time, also in one of many lanes. */
import { expect, test } from "vitest";
import type { ScheduleBlock } from "../../../../results/page/drawing/schedule-blocks.ts";
import { scheduleFigure, scheduleSvg } from "../../../../results/page/drawing/schedule-svg.ts";

const block = (
  lane: number,
  startUs: number,
  endUs: number,
  phase: ScheduleBlock["phase"],
  microBatch: number | null,
  stage = lane,
): ScheduleBlock => ({ lane, startUs, endUs, phase, microBatch, stage });

const drawing = {
  title: "<two> stages",
  lanes: ["gpu:0", "gpu:1"],
  blocks: [
    block(0, 0, 10, "forward", 0),
    block(1, 10, 20, "forward", 0),
    block(1, 20, 40, "backward", 0),
    block(0, 40, 50, "recompute", 0),
    block(0, 50, 70, "backward", 0),
    block(0, 70, 80, "sync", null),
    block(0, 80, 82, "update", null),
  ],
};
const svg = scheduleSvg(drawing);

test("is one picture with its own style, title and key", () => {
  expect(svg).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg"[^>]*>\n<style>/);
  expect(svg.match(/<svg/g)?.length).toBe(1);
  expect(svg).toContain("Schedule of &lt;two&gt; stages: 82.00 us on 2 devices, 56% idle.");
  for (const key of ["forward", "backward", "recomputation", "synchronisation", "update"])
    expect(svg).toContain(`>${key}</text>`);
  expect(svg).not.toContain("gradients of weights");
  expect(svg).not.toMatch(/<(script|link|image|use)\b|href/);
});

test("has a block and a number for each phase of a micro-batch, and what it is", () => {
  const titles = [...svg.matchAll(/<title>([^<]*)/g)].map(([, title]) => title);
  expect(titles).toHaveLength(drawing.blocks.length);
  expect(titles).toContain("recomputation of stage 0, micro-batch 0, 40.00 us to 50.00 us");
  expect(titles).toContain("synchronisation of stage 0, 70.00 us to 80.00 us");
  expect(svg.match(/class="on [a-z]+"[^>]*>0</g)).toHaveLength(5);
});

test("tells the idle share of each lane; synchronisation is no computation", () => {
  expect(svg).toContain(">49% idle</text>");
  expect(svg).toContain(">63% idle</text>");
});

test("shades the later stages of a lane and says so", () => {
  const shared = drawing.blocks.map((each) => ({ ...each, lane: 0 })).filter(({ phase }) => phase !== "sync");
  const figure = scheduleFigure({ ...drawing, lanes: ["gpu:0"], blocks: shared }).markup;
  expect(figure).toContain('class="forward shade1"');
  expect(figure).toContain("paler: later stages of a device");
  expect(svg).not.toContain('class="forward shade1"');
});

test("sixteen lanes of 64 micro-batches are at most 2200 pixels wide, with two digits in long blocks", () => {
  const lanes = Array.from({ length: 16 }, (_, lane) => `gpu:${lane}`);
  const blocks = lanes.flatMap((_, lane) =>
    Array.from({ length: 64 }, (_, m) => [
      block(lane, lane + 3 * m, lane + 3 * m + 1, "forward", m),
      block(lane, lane + 3 * m + 1, lane + 3 * m + 3, "backward", m),
    ]).flat(),
  );
  const many = scheduleSvg({ title: "many", lanes, blocks });
  expect(Number(/width="(\d+)"/.exec(many)![1])).toBeLessThanOrEqual(2200);
  expect(many).toMatch(/class="on backward"[^>]*>63</);
});

test("nothing to draw is an empty picture", () => {
  expect(scheduleSvg({ title: "none", lanes: ["gpu:0"], blocks: [] })).toContain(
    "Schedule of none: 0 us on 1 device, 0% idle.",
  );
});

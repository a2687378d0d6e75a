import { describe, expect, test } from "vitest";
import { explain, placement, type Scenario, testScenario } from "../../../../env/index.ts";
import { ganttChart } from "../../../../results/page/charts/gantt.ts";
import { memoryOfStep, memoryTimeline } from "../../../../results/page/charts/memory-timeline.ts";
import { formatBytes } from "../../../../results/text/format.ts";

const graph = `
  input 2 10B
  left 20 200B params=80 <- input
  right 30 150B params=400 <- input
  loss 6 4B <- left right
  left/grad 40 20B role=backward twin=left <- loss left
  right/grad 60 20B role=backward twin=right <- loss right`;
const plan = placement([0, 0, 1, 0, 0, 1]);
const scenarioWith = (memoryBytes: number): Scenario =>
  testScenario({ name: "towers", graph, devices: 2, memoryBytes });

describe("memory over time", () => {
  test("labels each lane with the peak of its device", () => {
    const { tasks, timeline } = explain(scenarioWith(1e9), plan);
    const { markup } = memoryTimeline(scenarioWith(1e9), memoryOfStep(tasks));
    const labels = [...markup.matchAll(/<text class="tick" x="942"[^>]*>([^<]*)</g)].map(([, text]) => text);
    expect(labels).toEqual(Array.from(timeline.peakBytes, formatBytes));
  });

  test("draws limits that the levels come near, and says where they are far above", () => {
    const drawn = (memoryBytes: number) => {
      const scenario = scenarioWith(memoryBytes);
      return memoryTimeline(scenario, memoryOfStep(explain(scenario, plan).tasks)).markup;
    };
    const most = Math.max(...explain(scenarioWith(1e9), plan).timeline.peakBytes);
    expect(drawn(1.5 * most).match(/class="bound"/g)).toHaveLength(2);
    expect(drawn(1e9)).not.toContain('class="bound"');
    expect(drawn(1e9)).toContain("Limits far above the peaks are not drawn.");
  });
});

test("a compact Gantt chart has every block of the full one, and titles on those one can point at", () => {
  const scenario = scenarioWith(1e9);
  const { timeline } = explain(scenario, plan);
  const options = { method: "plan", bound: 0 };
  const full = ganttChart(scenario, timeline, options).content.markup;
  const compact = ganttChart(scenario, timeline, { ...options, isCompact: true }).content.markup;
  const blocks = (markup: string) =>
    [...markup.matchAll(/<rect class="(?:forward|backward|transfer)"/g)].length;
  const shapes = [...compact.matchAll(/<path class="(?:forward|backward|transfer)" d="([^"]*)"/g)];
  const narrow = shapes.reduce((sum, [, d]) => sum + d.split("M").length - 1, 0);
  expect(blocks(compact) + narrow).toBe(blocks(full));
  expect(blocks(compact)).toBeGreaterThan(0);
});

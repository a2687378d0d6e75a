/**
 * Holds the drawing functions to the pictures in `pictures/`, byte for byte. After a change that is
 * meant, renew them with `npx vitest run test/results/pictures.test.ts --update` and look at each.
 */
import { describe, expect, test } from "vitest";
import { explain, type Placement, placement, type Scenario, testScenario } from "../../env/index.ts";
import type { ScheduleChoice } from "../../env/model/plan/pipeline.ts";
import { replicatedPlan } from "../../env/model/plan/sharding.ts";
import type { PipelineShape } from "../../env/model/schedule/contract.ts";
import { makeSchedule } from "../../env/model/schedule/index.ts";
import type { CellResult } from "../../results/cells/cell.ts";
import { compare } from "../../results/comparison/compare.ts";
import { curvesFigure } from "../../results/page/charts/curves.ts";
import { loadsFigure } from "../../results/page/charts/loads.ts";
import { memoryFigure } from "../../results/page/charts/memory.ts";
import { metricSvg } from "../../results/page/charts/training-curves.ts";
import { ganttSvg } from "../../results/page/drawing/gantt-svg.ts";
import { graphSvg } from "../../results/page/drawing/graph-svg.ts";
import { scheduleSvg } from "../../results/page/drawing/schedule-svg.ts";
import { pictureSvg } from "../../results/page/drawing/shardings/picture.ts";
import {
  frontierPicture,
  layoutPicture,
  meshPicture,
  stepPicture,
} from "../../results/page/drawing/shardings/plan-pictures.ts";
import { methodMarks } from "../../results/page/marks.ts";
import { html, type Markup } from "../../results/page/markup.ts";
import { style } from "../../results/page/style.ts";
import { curveSet } from "../../results/training/curves/curve-set.ts";
import { runInSlots, straightShape, uniformTimes } from "../env/model/schedule/slots.ts";
import { machines } from "../env/sim/lower/machines.ts";
import { shardedScenario } from "../env/sim/lower/sharding/sharded.ts";
import { megatron, transformerBlock } from "../env/sim/lower/sharding/transformer-block.ts";
import { chimeraShape } from "../golden/checks/chimera-schedules.ts";
import { fakeRunner } from "./cells.ts";
import { recordedRuns } from "./page/recorded-runs.ts";

/** Two towers that join in a loss, with their backward ops and updates. */
const towers = testScenario({
  name: "towers",
  graph: `
  input 2 10B
  left 20 20B params=80 <- input
  right 30 15B params=40 <- input
  loss 6 4B <- left right
  left/grad 40 20B role=backward twin=left <- loss left
  right/grad 60 20B role=backward twin=right <- loss right
  left/update 5 role=update <- left/grad
  right/update 5 role=update <- right/grad`,
});

/** Six layers of which each sends its output to the next. */
const layers = `
  embed 10 40B transfer=4 params=100
  block1 30 40B transfer=4 params=100 <- embed
  block2 30 40B transfer=4 params=100 <- block1
  block3 30 40B transfer=4 params=100 <- block2
  block4 30 40B transfer=4 params=100 <- block3
  head 20 <- block4`;

const pipeline = testScenario({ name: "layers", graph: layers, devices: 3, objective: "max-load" });
const stages = placement([0, 0, 1, 1, 2, 2]);

const numbered = transformerBlock({ b: 4, s: 4, h: 8, a: 4, d: 2, f: 16 });
const block = shardedScenario(numbered, machines([4, 4]));
const grid = replicatedPlan(block.graph, {
  axes: [
    { name: "data", size: 2 },
    { name: "tensor", size: 4 },
  ],
  devices: [0, 1, 2, 3, 4, 5, 6, 7],
});

describe("the committed picture of", () => {
  test("a plan with an order of ops: right before left, where ids would run left first", () => {
    const ordered: Placement = {
      ...placement([0, 0, 0, 1, 0, 1, 0, 1]),
      opPriority: Float64Array.from([0, 2, 1, 3, 4, 5, 6, 7]),
    };
    return expectPicture("gantt-order.svg", gantt(towers, ordered, 90));
  });

  test("one step of a pipeline's stages", () =>
    expectPicture("gantt-stages.svg", gantt({ ...pipeline, objective: "makespan" }, stages, 0)));

  test("the loads of a pipeline's stages", () => {
    const figure = loadsFigure(pipeline, stages, { method: "stages", bound: 50 });
    return expectPicture("loads.html", pageWith("loads", figure));
  });

  test("a pipeline schedule with forward, backward and gradients of weights", () =>
    expectPicture("schedule-zero-bubble.svg", drawnSchedule({ name: "zb-h1" }, straightShape(4, 6))));

  test("a pipeline schedule of both directions, two stages a device", () =>
    expectPicture("schedule-chimera.svg", drawnSchedule({ name: "chimera" }, chimeraShape(4, 8, 1))));

  test("a graph with a plan", () =>
    expectPicture("graph-plan.svg", graphSvg(towers, placement([0, 0, 1, 1, 0, 1, 0, 1]))));

  test("a graph without a plan", () => expectPicture("graph.svg", graphSvg(towers, null)));

  test("anytime curves of planners and an agent, one of them cut off and one without a line", async () => {
    const { tables, cells, methods } = await comparison();
    const figure = curvesFigure(tables[0], cells, { marks: methodMarks(methods), id: "towers" });
    return expectPicture("curves.html", pageWith("curves", figure));
  });

  test("one metric of training runs with their seeds as bands, as a file", () => {
    const set = curveSet(recordedRuns(), { spans: 20 });
    const svg = metricSvg({ curves: set.metrics[0], set, marks: methodMarks(set.labels) });
    return expectPicture("training-curves.svg", svg);
  });

  test("the layouts of a transformer block under Megatron's splits, the sequence divided as well", () => {
    const picture = layoutPicture(block, megatron(numbered, 4, { sequence: true }), "plan.json");
    return expectPicture("sharding-layout.svg", pictureSvg(picture));
  });

  test("the mesh of a sharding on two machines", () =>
    expectPicture("sharding-mesh.svg", pictureSvg(meshPicture(block, grid, "plan.json"))));

  test("the step of a sharding, rank by rank", () =>
    expectPicture("sharding-step.svg", pictureSvg(stepPicture(block, megatron(numbered, 4), "plan.json"))));

  test("the frontier of a planner", () => {
    const points = [
      { timeUs: 900, memoryBytes: 2e9 },
      { timeUs: 500, memoryBytes: 3e9 },
      { timeUs: 400, memoryBytes: 5e9 },
    ];
    const limited = testScenario({ name: "limited", graph: "a 1", devices: 2, memoryBytes: 4e9 });
    const picture = frontierPicture(limited, { points, taken: points[1] }, "tensoropt");
    return expectPicture("frontier.svg", pictureSvg(picture));
  });

  test("the style sheet that the figures share", () => expectPicture("page.css", style));

  test("peak memory below, above and without a limit", () => {
    const scenario = testScenario({ graph: "a 1", devices: 3, memoryBytes: 16e9 });
    const devices = scenario.cluster.devices.map((device, d) =>
      d === 2 ? { ...device, memoryBytes: Number.POSITIVE_INFINITY } : device,
    );
    const unlimited = { ...scenario, cluster: { ...scenario.cluster, devices } };
    const figure = memoryFigure(unlimited, [12e9, 18e9, 5e9]);
    return expectPicture("memory.html", pageWith("memory", figure));
  });
});

const expectPicture = (name: string, text: string): Promise<void> =>
  expect(text).toMatchFileSnapshot(`pictures/${name}`);

const gantt = (scenario: Scenario, plan: Placement, bound: number): string =>
  ganttSvg(scenario, explain(scenario, plan), { plan: "plan.json", bound });

/** Equal stages, a forward of 1 ms, a backward of 2 ms, or of 1 ms where it is split in two. */
function drawnSchedule(choice: ScheduleChoice, shape: PipelineShape): string {
  const backwardUs = choice.name === "zb-h1" ? 1_000 : 2_000;
  const times = uniformTimes(shape.stages.length, 1_000, backwardUs, 1_000);
  const { items } = runInSlots(shape, makeSchedule(choice, shape), times);
  const blocks = items.flat().map(({ device, start, end, phase, microBatch, stage }) => ({
    lane: device,
    startUs: start,
    endUs: end,
    phase: (["forward", "backward", "weights"] as const)[phase],
    microBatch,
    stage,
  }));
  return scheduleSvg({ title: choice.name, lanes: items.map((_, d) => `gpu:${d}`), blocks });
}

/** A figure as the page shows it. */
const pageWith = (title: string, figure: Markup): string =>
  html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8"/>
<title>${title}</title>
<link rel="stylesheet" href="page.css"/>
</head>
<body>
${figure}
</body>
</html>
`.markup;

/** What each method reaches by evaluation 1, 10 and 100 of two seeds; null where no plan fits. */
const progress: Readonly<Record<string, readonly (readonly number[] | null)[]>> = {
  "hill-climb": [
    [900, 150, 120],
    [400, 180, 130],
  ],
  "reinforce?batch=20": [
    [300, 220, 110],
    [260, 160, 105],
  ],
  heft: [[140], [140]],
  random: [[500, 300, 250], null],
};

async function comparison() {
  const methods = Object.keys(progress);
  const curve = (values: readonly number[]): CellResult["curve"] =>
    values.map((cost, i) => ({ simulations: 10 ** i, evaluations: 10 ** i, cost, feasible: true }));
  const runCell = fakeRunner(({ method, seedIndex }) => {
    const values = progress[method][seedIndex];
    return {
      kind: method.startsWith("reinforce") ? "agent" : "planner",
      value: values?.at(-1) ?? null,
      simulatorBounds: [{ value: 96, argument: "critical path", covers: ["placement"] as const }],
      simulations: values?.length === 1 ? 1 : 200,
      evaluations: values?.length === 1 ? 1 : 200,
      curve: curve(values ?? []),
    };
  });
  const request = { scenarios: ["towers"], methods, seeds: 2, seed: 0, budget: { evaluations: 200 } };
  const { scenarios: tables, cells } = await compare(request, { runCell, clock: () => 0, cpuClock: () => 0 });
  return { tables, cells, methods };
}

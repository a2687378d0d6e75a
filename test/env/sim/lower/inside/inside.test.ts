/** Meshes inside stages: times, steps, messages and memory against sharding plans and by hand. */
import { describe, expect, test } from "vitest";
import { Role } from "../../../../../env/model/graph/graph.ts";
import { shardingInside } from "../../../../../env/model/plan/inside.ts";
import type { PipelinePlan, PipelineStage } from "../../../../../env/model/plan/pipeline.ts";
import { iterationOf, type ShardingPlan } from "../../../../../env/model/plan/sharding.ts";
import { Work, type WorkCode, worksOf } from "../../../../../env/sim/lower/costs/work.ts";
import { stageProgram, unitProgram } from "../../../../../env/sim/lower/inside/stage-program.ts";
import { SEND } from "../../../../../env/sim/lower/lowering.ts";
import { runPipeline } from "../../../../../env/sim/lower/run.ts";
import { partProgram } from "../../../../../env/sim/lower/sharding/program.ts";
import { evaluator } from "../../../../../env/sim/objectives/evaluator.ts";
import { pipelineDifference } from "../../../../../env/sim/timeline/pipeline/difference.ts";
import { pipelineTimeline } from "../../../../../env/sim/timeline/pipeline/pipeline-timeline.ts";
import { machines } from "../machines.ts";
import { blockScenario, dataSplit, ELEMENT_BYTES, hybridPlan, LENGTHS, megatronSplit } from "./blocks.ts";
import { expectDrawnHybrids } from "./drawn-hybrids.ts";

const SLOTS = 2;
const scenario = blockScenario(2, machines([4, 4]), { optimizerSlots: SLOTS });
const score = evaluator(scenario);
const timeOf = (plan: PipelinePlan | ShardingPlan): number => score.evaluate(plan).value!;
const mesh = (...sizes: number[]) => ({ axes: sizes.map((size, axis) => ({ name: `axis ${axis}`, size })) });
const MACHINES = [
  { devices: [0, 1, 2, 3], inside: mesh(4) },
  { devices: [4, 5, 6, 7], inside: mesh(4) },
];

describe("a mesh of one rank", () => {
  test("changes nothing, to the last bit", () => {
    for (const name of ["gpipe", "1f1b", "2bw"])
      for (const collective of ["ring", "tree"] as const) {
        const rest = { microBatches: 4, schedule: { name }, collective };
        const plain = hybridPlan(scenario, [{ devices: [0, 4] }, { devices: [1, 5] }], () => [], rest);
        const stages = plain.stages.map((stage) => ({ ...stage, inside: mesh(1) }));
        const [a, b] = [score.evaluate(plain), score.evaluate({ ...plain, stages })];
        expect(b.value).toBe(a.value);
        expect([...b.peakBytes]).toEqual([...a.peakBytes]);
      }
  });
});

describe("ranks that divide nothing", () => {
  test("take as long and hold as much as one device each, as every pair has links of its own", () => {
    const forward = scenario.graph.role.map((role) => (role === Role.forward ? 1 : 0));
    const again = [() => 0, () => 1, (v: number) => v % 2, (v: number) => (v + 1) % 2];
    for (const [i, microBatches] of [1, 2, 8, 8].entries()) {
      const recompute = Uint8Array.from(forward, (is, v) => is * again[i](v));
      const rest = { microBatches, schedule: { name: "1f1b" }, recompute };
      const alone = hybridPlan(scenario, [{ devices: [0] }, { devices: [4] }], () => [], rest);
      const hybrid = hybridPlan(scenario, MACHINES, () => [], rest);
      expect(timeOf(hybrid)).toBeCloseTo(timeOf(alone), 6);
      const peaks = score.evaluate(hybrid).peakBytes;
      const [first, , , , second] = score.evaluate(alone).peakBytes;
      expect([...peaks]).toEqual([first, first, first, first, second, second, second, second]);
    }
  });
});

describe("one stage of one replica", () => {
  test.each([
    ["Megatron's splits", megatronSplit(0)],
    ["a divided batch", dataSplit(0)],
  ] as const)("takes as long as the sharding with exposed sums under %s", (_, split) => {
    const plan = hybridPlan(scenario, [MACHINES[0]], split);
    const sharding = shardingInside(plan, 0, [0, 1, 2, 3]);
    expect(timeOf(plan)).toBeCloseTo(timeOf({ ...sharding, sync: "exposed" }), 6);
  });

  test("is dearer than the sharding where its sums would overlap", () => {
    const plan = hybridPlan(scenario, [MACHINES[0]], dataSplit(0));
    expect(timeOf(plan)).toBeGreaterThan(timeOf(shardingInside(plan, 0, [0, 1, 2, 3])));
  });
});

/** Steps of a unit of a stage that send anything, by kind. */
function stepsOf(plan: PipelinePlan, stage: number, work: WorkCode): Record<string, number> {
  const { graph } = scenario;
  const outside = Uint8Array.from(plan.stageOf, (of) => (of === stage ? 0 : 1));
  const { recompute } = plan;
  const ops = {
    graph,
    outside,
    workOf: worksOf(graph, false),
    ...(recompute !== undefined && { recompute }),
  };
  const part = partProgram(scenario, shardingInside(plan, stage, plan.stages[stage].devices), outside);
  const counts: Record<string, number> = {};
  for (const instruction of unitProgram(stageProgram(part, ops), work, 1).program.instructions)
    if (instruction.kind === "move" && instruction.step.kind !== "slice")
      counts[instruction.step.kind] = (counts[instruction.step.kind] ?? 0) + 1;
  return counts;
}

describe("Megatron's splits of a block on 2 stages x 4 devices", () => {
  const plan = hybridPlan(scenario, MACHINES, megatronSplit(0));

  test("take an all-reduce in each pass of a block, but for the gradient that nobody needs", () => {
    for (const stage of [0, 1]) {
      expect(stepsOf(plan, stage, Work.forward)).toEqual({ "all-reduce": 1 });
      expect(stepsOf(plan, stage, Work.backward)).toEqual(stage === 0 ? {} : { "all-reduce": 1 });
      expect(stepsOf(plan, stage, Work.update)).toEqual({});
    }
  });

  test("take that of the forward pass again where it is computed again", () => {
    const recompute = scenario.graph.role.map((role) => (role === Role.forward ? 1 : 0));
    const again = { ...plan, recompute: Uint8Array.from(recompute) };
    expect(stepsOf(again, 1, Work.recompute)).toEqual({ "all-reduce": 1 });
    expect(timeOf(again)).toBeGreaterThan(timeOf(plan));
  });

  test("take as long as their closed form", () => {
    const { b, k, h } = LENGTHS;
    const run = runPipeline(scenario, plan);
    const forwardUs = (2 * (2 * b * k * h) + 2 * b * h) / 4 + 2 * b * k;
    const allReduceUs = (2 * 3 * ELEMENT_BYTES * b * k) / 4 / 10;
    const first = run.tasks.work.findIndex((work, v) => work === Work.forward && run.tasks.stage[v] === 1);
    expect(run.compiled.runUs[first]).toBeCloseTo(forwardUs + allReduceUs, 9);
  });

  test("hold a quarter of the weights, their optimizer state and their gradients", () => {
    const run = runPipeline(scenario, plan);
    const quarter = (2 * LENGTHS.k * LENGTHS.h * ELEMENT_BYTES) / 4;
    const resident = new Float64Array(8);
    run.compiled.residentBytes.forEach((bytes, v) => {
      if (bytes > 0) resident[run.device[v]] += bytes;
    });
    expect([...resident]).toEqual(new Array(8).fill(quarter * (1 + SLOTS)));
    expect([...run.costs.gradientBytes]).toEqual([quarter, quarter]);
  });
});

describe("a divided batch", () => {
  test("sums gradients once in a round, in the update", () => {
    const plan = hybridPlan(scenario, MACHINES, dataSplit(0), { microBatches: 4 });
    expect(stepsOf(plan, 0, Work.backward)).toEqual({});
    expect(stepsOf(plan, 0, Work.update)).toEqual({ "all-reduce": 2 });
  });

  test("divides the optimizer's state under zero 1, and nothing else", () => {
    const stages = MACHINES.map((stage) => ({ ...stage, inside: { ...stage.inside, zero: 1 as const } }));
    const weights = 2 * LENGTHS.k * LENGTHS.h * ELEMENT_BYTES;
    const residentOf = (plan: PipelinePlan) =>
      Math.max(...runPipeline(scenario, plan).compiled.residentBytes);
    expect(residentOf(hybridPlan(scenario, MACHINES, dataSplit(0)))).toBe(weights * (1 + SLOTS));
    const divided = hybridPlan(scenario, stages, dataSplit(0));
    expect(residentOf(divided)).toBe(weights * (1 + SLOTS / 4));
    expect(stepsOf(divided, 0, Work.update)).toEqual({ "reduce-scatter": 2, "all-gather": 2 });
  });

  test("brings each rank its part of what the stage before has made", () => {
    const whole = hybridPlan(scenario, [{ devices: [0] }, MACHINES[1]], dataSplit(0));
    const { compiled, device, tasks } = runPipeline(scenario, whole);
    const bytes = new Float64Array(8);
    for (let v = 0; v < compiled.opCount; v++)
      for (let i = compiled.depStart[v]; i < compiled.depStart[v + 1]; i++) {
        const to = compiled.depConsumer[i];
        if (
          compiled.depSlot[i] >= 0 &&
          tasks.stage[to] === 1 &&
          device[v] === 0 &&
          tasks.work[to] === Work.forward
        )
          bytes[device[to]] += compiled.slotBytes[compiled.depSlot[i]];
      }
    const part = (LENGTHS.b * LENGTHS.k * ELEMENT_BYTES) / 4;
    expect([...bytes]).toEqual([0, 0, 0, 0, part, part, part, part]);
  });
});

test("replicas sum their gradients between equal ranks, on the bytes that each holds", () => {
  const stages = [{ devices: [0, 1, 4, 5], inside: mesh(2) }];
  const plan = hybridPlan(scenario, stages, megatronSplit(0), { microBatches: 2 });
  const { compiled, device, tasks } = runPipeline(scenario, plan);
  const sent = new Map<string, number>();
  for (let v = 0; v < compiled.opCount; v++)
    for (let i = compiled.depStart[v]; i < compiled.depStart[v + 1]; i++) {
      const slot = compiled.depSlot[i];
      if (slot < 0 || tasks.work[compiled.depConsumer[i]] !== SEND) continue;
      const pair = `${device[v] % 8}-${device[compiled.depConsumer[i]] % 8}`;
      sent.set(pair, (sent.get(pair) ?? 0) + compiled.slotBytes[slot]);
    }
  const held = (4 * LENGTHS.k * LENGTHS.h * ELEMENT_BYTES) / 2;
  expect([...sent].sort()).toEqual(["0-4", "1-5", "4-0", "5-1"].map((pair) => [pair, held]));
});

test("hybrids drawn at random are never below the work bound or above the ceiling, and take the same time again", () => {
  expectDrawnHybrids(0, 30);
});

describe("parts of 3 : 1 inside a stage", () => {
  const two = { inside: mesh(2) };
  const ratiosOf = (plan: PipelinePlan, name: string) =>
    plan.split!.flatMap((own, op) =>
      (own ?? []).flatMap((axes, dimension) =>
        axes.length > 0 && name === iterationOf(scenario.graph, op)!.dimensions[dimension].name
          ? [{ op, dimension, parts: [3, 1] }]
          : [],
      ),
    );
  const hiddenIn = (stages: readonly Omit<PipelineStage, "share">[], rest: Partial<PipelinePlan> = {}) => {
    const plan = hybridPlan(scenario, stages, megatronSplit(0), rest);
    return { ...plan, ratios: ratiosOf(plan, "h") };
  };
  const weights = 2 * LENGTHS.k * LENGTHS.h * ELEMENT_BYTES;

  test("hold that share of weights, optimizer state and gradients on each rank", () => {
    const stages = [
      { devices: [0, 1, 2, 3], ...two },
      { devices: [4, 5], ...two },
    ];
    const run = runPipeline(scenario, hiddenIn(stages, { microBatches: 2 }));
    const resident = new Float64Array(8);
    run.compiled.residentBytes.forEach((bytes, v) => {
      resident[run.device[v]] += bytes;
    });
    const large = (weights * (1 + SLOTS) * 3) / 4;
    expect([...resident]).toEqual([large, large / 3, large, large / 3, large, large / 3, 0, 0]);
    const gradients = run.costs.byRank!.map(({ gradientBytes }) => [...gradientBytes]);
    expect(gradients).toEqual([3 / 4, 1 / 4].map((share) => [share * weights, share * weights]));
    // Replicas sum what both hold: 0 and 2 the large parts, 1 and 3 the small ones.
    const sent = new Map<string, number>();
    const { compiled, device, tasks } = run;
    for (let v = 0; v < compiled.opCount; v++)
      for (let i = compiled.depStart[v]; i < compiled.depStart[v + 1]; i++) {
        const slot = compiled.depSlot[i];
        if (slot < 0 || tasks.work[compiled.depConsumer[i]] !== SEND) continue;
        const pair = `${device[v] % 8}-${device[compiled.depConsumer[i]] % 8}`;
        sent.set(pair, (sent.get(pair) ?? 0) + compiled.slotBytes[slot]);
      }
    expect(sent.get("0-2")).toBe((3 * weights) / 4);
    expect(sent.get("1-3")).toBe(weights / 4);
  });

  test("bring each rank its rows of what another stage has made, and keep them", () => {
    const plan = hybridPlan(scenario, [{ devices: [0] }, { devices: [4, 5], ...two }], dataSplit(0));
    const uneven = { ...plan, ratios: ratiosOf(plan, "b") };
    const { compiled, device, tasks } = runPipeline(scenario, uneven);
    const bytes = new Float64Array(8);
    for (let v = 0; v < compiled.opCount; v++)
      for (let i = compiled.depStart[v]; i < compiled.depStart[v + 1]; i++) {
        const to = compiled.depConsumer[i];
        if (compiled.depSlot[i] >= 0 && device[v] === 0 && tasks.work[to] === Work.forward)
          bytes[device[to]] += compiled.slotBytes[compiled.depSlot[i]];
      }
    const row = LENGTHS.k * ELEMENT_BYTES;
    expect([bytes[4], bytes[5]]).toEqual([6 * row, 2 * row]);
  });

  test.each([
    ["the hidden dimension", megatronSplit(0), "h"],
    ["the batch", dataSplit(0), "b"],
  ] as const)(
    "take as long, and need as much on each rank, as the sharding divided by %s",
    (_, split, name) => {
      const plan = hybridPlan(scenario, [{ devices: [0, 1], ...two }], split);
      const uneven = { ...plan, ratios: ratiosOf(plan, name) };
      const sharding = { ...shardingInside(uneven, 0, [0, 1]), sync: "exposed" as const };
      const [one, other] = [score.evaluate(uneven), score.evaluate(sharding)];
      expect(one.value!).toBeCloseTo(other.value!, 6);
      // A unit ends before the next begins, so a stage may free a tensor later, never earlier.
      for (const d of [0, 1]) expect(one.peakBytes[d]).toBeGreaterThanOrEqual(other.peakBytes[d]);
      const whole = name === "b" ? 2 * weights * (1 + SLOTS + 1) : 0;
      if (whole > 0) expect(one.peakBytes[0] - whole).toBeCloseTo(3 * (one.peakBytes[1] - whole), 6);
      else expect(one.peakBytes[0]).toBeGreaterThan(2 * one.peakBytes[1]);
    },
  );

  test("are told by name where two plans differ in nothing else", () => {
    const plan = hiddenIn([{ devices: [0, 1], ...two }]);
    const { ratios: _, ...even } = plan;
    const timelines = [even, plan].map((each) => pipelineTimeline(scenario, each));
    const changes = pipelineDifference(timelines[0], timelines[1]);
    expect(changes.find(({ op }) => scenario.graph.names[op] === "in0")).toMatchObject({
      before: "stage 0, h ÷ axis 0 2",
      after: "stage 0, h ÷ axis 0 2 in 3:1",
    });
    const peaks = score.evaluate(plan).peakBytes;
    timelines[1].peakParts.forEach((parts, d) => {
      const told = Object.values(parts ?? {}).reduce((sum, bytes) => sum + bytes, 0);
      expect(told).toBeCloseTo(peaks[d], 6);
    });
    expect(timelines[1].peakParts[0].weights).toBe(3 * timelines[1].peakParts[1].weights);
  });
});

test("a product that ranks of a stage pass panel by panel takes as long as in a sharding", () => {
  const quad = {
    axes: [
      { name: "rows", size: 2 },
      { name: "columns", size: 2 },
    ],
  };
  const grid: Readonly<Record<string, number>> = { b: 0, h: 1 };
  const plan = hybridPlan(scenario, [{ devices: [0, 1, 2, 3], inside: quad }], (name, d) =>
    name.startsWith("in") && d in grid ? [grid[d]] : [],
  );
  const panels = ["in0", "in1"].map((name) => {
    const op = scenario.graph.names.indexOf(name);
    const dimension = iterationOf(scenario.graph, op)!.dimensions.findIndex((each) => each.name === "k");
    return { op, dimension, axes: [0, 1] };
  });
  const passed = { ...plan, panels };
  const sharding = { ...shardingInside(passed, 0, [0, 1, 2, 3]), sync: "exposed" as const };
  expect(sharding.panels).toEqual(panels);
  expect(timeOf(passed)).toBeCloseTo(timeOf(sharding), 6);
  expect(timeOf(passed)).not.toBeCloseTo(timeOf(plan), 6);
});

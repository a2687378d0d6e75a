import { expect, test } from "vitest";
import { equalSplit } from "../../../../../agents/exact/stages/piper/equal-split.ts";
import { piperPlan } from "../../../../../agents/exact/stages/piper/planner.ts";
import {
  type PiperCase,
  type PiperChoice,
  piperProblem,
} from "../../../../../agents/exact/stages/piper/problem.ts";

const choice = (rest: Partial<PiperChoice>): PiperChoice => ({
  time: 4,
  weightBytes: 0,
  bytesInFlight: 2,
  bytesFixed: 1,
  recomputes: false,
  ...rest,
});
const both = [choice({}), choice({ time: 5, bytesInFlight: 0, recomputes: true })];

const chainOf = (times: readonly number[]): PiperCase => ({
  layers: times.map((time) => new Map([[1, both.map((each) => ({ ...each, time: each.time + time }))]])),
  edges: times.slice(1).map((_, v) => ({ from: v, to: v + 1, bytes: 0 })),
  devices: 3,
  microBatches: 3,
  memoryBytes: 1000,
  bytesPerTime: 1,
});

test("cuts into equal numbers of layers, the last stages one longer", () => {
  const problem = piperProblem(chainOf([0, 0, 0, 0, 0, 0, 0]), { dataParallel: false });
  const plan = equalSplit(problem, new Set())!;
  expect(plan.stages.map(({ layers }) => layers.length)).toEqual([2, 2, 3]);
  expect(plan.time).toBe(12);
});

test("gives the ends to the outer stages, or stages of their own where that is faster", () => {
  const repeated = new Set([1, 2]);
  const dear = piperProblem(chainOf([20, 0, 0, 20]), { dataParallel: false });
  const plan = equalSplit({ ...dear, devices: 3 }, repeated)!;
  expect(plan.stages.map(({ layers }) => layers)).toEqual([[0], [1, 2], [3]]);
  const cheap = equalSplit({ ...dear, devices: 2 }, repeated)!;
  expect(cheap.stages.map(({ layers }) => layers)).toEqual([
    [0, 1],
    [2, 3],
  ]);
});

test("recomputes all or nothing, and is never better than Piper's plan", () => {
  const problem = piperProblem({ ...chainOf([1, 5, 2, 9]), memoryBytes: 8 });
  const equal = equalSplit(problem, new Set())!;
  const flags = equal.stages.flatMap(({ choices }) => choices);
  expect(new Set(flags).size).toBe(1);
  expect(piperPlan(problem)!.plan!.time).toBeLessThanOrEqual(equal.time);
  expect(equalSplit({ ...problem, memoryBytes: 0.5 }, new Set())).toBeNull();
});

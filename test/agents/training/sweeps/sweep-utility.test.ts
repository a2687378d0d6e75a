import { describe, expect, test } from "vitest";
import { sweepUtility } from "../../../../agents/training/sweeps/sweep-utility.ts";
import { evaluator, metered, type Outcome, testScenario } from "../../../../env/index.ts";

const scenario = testScenario({ graph: "a 100\nb 100" });
const meter = metered(evaluator(scenario), {});
const seconds = {
  time: "seconds",
  scale: "linear",
  memoryPenalty: 2,
  memoryLimit: 8,
  capSeconds: 10,
} as const;
const outcome = (value: number | null, ...peaks: number[]): Outcome => ({
  feasible: value !== null,
  value,
  cost: value ?? 1e9,
  violation: null,
  peakBytes: Float64Array.from(peaks),
});

describe("the published step time", () => {
  const { of } = sweepUtility(meter, seconds);

  test("is the step in seconds while every device is below the limit", () => {
    expect(of(outcome(3e6, 8e9, 1e9))).toBe(-3);
  });

  test("grows by 2 seconds for each GB that the fullest device is above it, up to the cap", () => {
    expect(of(outcome(3e6, 7e9, 9.5e9))).toBe(-6);
    expect(of(outcome(3e6, 20e9, 9e9))).toBe(-10);
    expect(of(outcome(30e6, 1e9, 1e9))).toBe(-10);
  });

  test("is the cap where the plan does not fit the devices", () => {
    expect(of(outcome(null, 1e9, 1e9))).toBe(-10);
  });

  test("may count by its logarithm or its root", () => {
    expect(sweepUtility(meter, { ...seconds, scale: "log" }).of(outcome(3e6, 0))).toBeCloseTo(
      -Math.log(3),
      12,
    );
    expect(sweepUtility(meter, { ...seconds, scale: "sqrt" }).of(outcome(4e6, 0))).toBe(-2);
  });

  test("is refused with a sentence where the objective is no time", () => {
    const memory = testScenario({ graph: "a 100\nb 100", objective: "peak-memory" });
    expect(() => sweepUtility(metered(evaluator(memory), {}), seconds)).toThrow(
      "The reward of the paper is a time, and the objective of",
    );
  });
});

test("by cost, a plan at the bound counts as 1", () => {
  const { of } = sweepUtility(meter, { ...seconds, time: "cost" });
  expect(of(outcome(meter.bound().value, 0))).toBe(-1);
});

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  evaluator,
  placement,
  placetoFidelity,
  simulate,
  type TestScenarioOptions,
  testScenario,
} from "../../../../env/index.ts";
import { scenarioWithPlan } from "../drawn-scenario.ts";

const peakMemory = (options: TestScenarioOptions) =>
  evaluator(testScenario({ ...options, objective: "peak-memory" }));

const chain = "a 10 30B params=100\nb 10 20B params=50 <- a\nc 10 <- b";

describe("peak memory", () => {
  test("is the peak of the fullest device, in bytes", () => {
    const { unit, evaluate } = peakMemory({ graph: chain });
    expect(unit).toBe("bytes");
    // Weights 150; while b runs, the outputs of a and b are live.
    expect(evaluate(placement([0, 0, 0]))).toMatchObject({ feasible: true, value: 150 + 50, cost: 200 });
    // Device 0 holds a with its output; device 1 the copy, b and its output.
    expect(evaluate(placement([0, 1, 1])).value).toBe(130);
  });

  test("counts a workspace on the op's device while the op runs, and only then", () => {
    const { evaluate, bounds } = peakMemory({
      graph: "a 10 30B workspace=70\nb 10 20B <- a\nc 0 workspace=900 <- b",
    });
    expect(evaluate(placement([0, 0, 0])).value).toBe(30 + 70);
    expect([...evaluate(placement([0, 1, 1])).peakBytes!]).toEqual([100, 50]);
    expect(bounds().find(({ argument }) => argument === "largest op")).toMatchObject({ value: 100 });
  });

  test("names the device, the op and the excess where a workspace does not fit", () => {
    const { evaluate } = peakMemory({ graph: "a 10 30B\nb 10 20B workspace=70 <- a", memoryBytes: 100 });
    expect(evaluate(placement([1, 1])).violation).toMatchObject({ device: 1, op: 1, excessBytes: 20 });
  });

  test("keeps plans that exceed a memory infeasible, and ranks them below all that fit", () => {
    const { evaluate, ceiling } = peakMemory({ graph: chain, memoryBytes: 150 });
    const over = evaluate(placement([0, 0, 0]));
    expect(over).toMatchObject({ feasible: false, value: null });
    expect(over.violation).toMatchObject({ device: 0, peakBytes: 200, excessBytes: 50 });
    expect(over.cost).toBeGreaterThan(ceiling);
  });

  test("follows the memory model of the fidelity", () => {
    const graph = "a 10 30B params=100\nb 10 20B <- a";
    expect(peakMemory({ graph, fidelity: placetoFidelity }).evaluate(placement([0, 0])).value).toBe(50);
  });

  test("is the peak of the simulated step, for every plan", () => {
    fc.assert(
      fc.property(scenarioWithPlan({ maxOps: 8, maxDevices: 3 }), ({ scenario, plan }) => {
        const score = evaluator({ ...scenario, objective: "peak-memory" });
        const { value, peakBytes } = score.evaluate(plan);
        const peaks = simulate(scenario, plan).peakBytes;
        expect([...peakBytes]).toEqual([...peaks]);
        expect(value).toBe(Math.max(...peaks));
        expect(score.around(plan)!.move(0, plan.device[0])).toEqual(score.evaluate(plan));
      }),
      { numRuns: 200 },
    );
  });
});

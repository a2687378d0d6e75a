import { describe, expect, test } from "vitest";
import { evaluator, type Plan, placement, simulate, testScenario } from "../../../../env/index.ts";

const scenario = testScenario({ graph: "a 10\nb 20\nc 5 <- ^a\nd 30 <- ^b", devices: 1 });
const ordered = (...opPriority: number[]): Plan => ({
  ...placement([0, 0, 0, 0]),
  opPriority: Float64Array.from(opPriority),
});

describe("a plan with op priorities", () => {
  test("runs the ops of a device in that order instead of first come, first served", () => {
    expect([...simulate(scenario, placement([0, 0, 0, 0])).startUs]).toEqual([0, 10, 30, 35]);
    expect([...simulate(scenario, ordered(3, 0, 4, 1)).startUs]).toEqual([50, 0, 60, 20]);
    expect([...evaluator(scenario).evaluate(ordered(3, 0, 4, 1)).startUs!]).toEqual([50, 0, 60, 20]);
  });

  test("is refused where an op would wait for itself, or a priority is no number", () => {
    expect(() => simulate(scenario, ordered(1, 2, 0, 3))).toThrow(
      /puts an op before one whose output it waits for/,
    );
    expect(() => simulate(scenario, ordered(0, 1, 2))).toThrow(/opPriority has 3 entries for 4 ops/);
    expect(() => simulate(scenario, ordered(0, 1, Number.NaN, 3))).toThrow(/opPriority of op "c" is NaN/);
  });
});

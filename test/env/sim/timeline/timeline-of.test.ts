import { describe, expect, test } from "vitest";
import {
  evaluator,
  type Objective,
  objectivesFor,
  placement,
  testScenario,
  timelineOf,
} from "../../../../env/index.ts";

const plan = placement([0, 1, 1]);
const scenarioOf = (objective: Objective) => ({
  ...testScenario({ graph: "a 10 10B\nb 20 10B <- a\nc 30 <- b", devices: 2 }),
  objective,
});

describe("the timeline of an objective", () => {
  test.each(["makespan", "latency"] as const)("ends at the value of %s", (objective) => {
    const scenario = scenarioOf(objective);
    const { value } = evaluator(scenario).evaluate(plan);
    expect(value).toBeGreaterThan(60);
    expect(timelineOf(scenario, plan)?.makespanUs).toBe(value);
  });

  test("is that of the simulated step where the objective is its peak memory", () => {
    const peak = timelineOf(scenarioOf("peak-memory"), plan);
    expect(peak).toEqual(timelineOf(scenarioOf("makespan"), plan));
  });

  test("does not exist for a max load", () => {
    expect(timelineOf(scenarioOf("max-load"), plan)).toBeNull();
  });

  test("exists for every other objective", () => {
    const without = objectivesFor("placement").filter(
      (objective) => timelineOf(scenarioOf(objective), plan) === null,
    );
    expect(without).toEqual(["max-load"]);
  });
});

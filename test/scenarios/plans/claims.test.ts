import { describe, expect, test } from "vitest";
import {
  evaluator,
  objectivesFor,
  placement,
  type Scenario,
  scenarioHash,
  testScenario,
} from "../../../env/index.ts";
import { createClaimChecker, type PlanClaim } from "../../../scenarios/plans/claims.ts";

const unsized = testScenario({
  graph: "a 10 8B params=60 transfer=2\nb 20 8B params=50 transfer=3 <- a\nc 30 params=40 <- b",
  memoryBytes: 400,
});
/** The objective throughput counts samples. */
const scenario: Scenario = { ...unsized, graph: { ...unsized.graph, batch: 4 } };
const plan = placement([0, 0, 1]);
const check = (claim: PlanClaim, of = scenario) => createClaimChecker(of)([claim], plan);

describe("a claim", () => {
  test.each(objectivesFor("placement").map((objective) => [objective]))(
    "of the true %s holds",
    (objective) => {
      const outcome = evaluator({ ...scenario, objective }).evaluate(plan);
      const { value, feasible } = outcome;
      const peakBytes = Array.from(outcome.peakBytes);
      expect(check({ objective, value: value!, feasible, peakBytes })).toEqual([]);
    },
  );

  test.each(objectivesFor("placement").map((objective) => [objective]))(
    "of half the %s is refused with both values",
    (objective) => {
      const value = evaluator({ ...scenario, objective }).evaluate(plan).value!;
      const unit = objective === "peak-memory" ? "bytes" : "us";
      expect(() => check({ objective, value: value / 2 })).toThrow(
        `it claims a ${objective} of ${value / 2} ${unit}, and the simulator gives ${value} ${unit}.`,
      );
    },
  );

  test("of other starts, peaks, loads or a bound above the value is refused", () => {
    expect(() => check({ startUs: [0, 10, 31] })).toThrow(/op "c" starts at 31 us/);
    expect(() => check({ peakBytes: [1, 1] })).toThrow(/1 B at most on "gpu:0"/);
    expect(() => check({ objective: "max-load", loadsUs: [33, 32] })).toThrow(
      /a load of 32 us on "gpu:1".*33 us/,
    );
    expect(check({ objective: "max-load", loadsUs: [33, null] })).toEqual([]);
    expect(() => check({ bound: 1e6 })).toThrow(/no plan has a makespan below 1000000 us/);
    expect(() => check({ startUs: [0] })).toThrow(/1 numbers where the scenario has 3/);
  });

  test("that a plan fits, or has a value, is refused where it does not fit", () => {
    const tight = testScenario({
      graph: "a 10 8B params=60\nb 20 8B params=50 <- a\nc 30 params=40 <- b",
      memoryBytes: 100,
    });
    expect(() => check({ feasible: true }, tight)).toThrow(
      /fits in memory, .*"gpu:0" is \d+ B over its memory/,
    );
    expect(() => check({ value: 60 }, tight)).toThrow(/a makespan of 60 us, .*infeasible/);
    expect(check({ feasible: false }, tight)).toEqual([]);
    expect(() => check({ feasible: false })).toThrow(/does not fit/);
  });

  test("of a format with few digits has their tolerance", () => {
    const value = evaluator(scenario).evaluate(plan).value!;
    expect(check({ value: value * (1 + 4e-6), tolerance: 1e-5 })).toEqual([]);
    expect(() => check({ value: value * (1 + 4e-6) })).toThrow(/claims/);
  });

  test("about another scenario is not compared, and says so; one of the same name is", () => {
    const other = { scenario: "other/2xP100", scenarioHash: "0".repeat(64), value: 1 };
    expect(check(other)).toEqual([
      'Its value is of another scenario ("other/2xP100"), so it was not compared.',
    ]);
    expect(() => check({ ...other, scenario: scenario.name })).toThrow(/claims a makespan of 1 us/);
    expect(() => check({ ...other, scenarioHash: scenarioHash(scenario) })).toThrow(
      /claims a makespan of 1 us/,
    );
  });
});

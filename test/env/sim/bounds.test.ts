import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { evaluator, placement, testScenario } from "../../../env/index.ts";
import { scenarioWithPlan } from "./random-scenario.ts";

describe("makespan bounds", () => {
  it("never exceed the brute-force optimum, and the ceiling is never exceeded by any plan", () => {
    fc.assert(
      fc.property(scenarioWithPlan({ maxOps: 5, maxDevices: 3 }), ({ scenario }) => {
        const score = evaluator(scenario);
        const bound = score.bound().value;
        for (const device of allPlacements(scenario.graph.opCount, scenario.cluster.devices.length)) {
          const { cost } = score.evaluate(placement(device));
          expect(cost).toBeGreaterThanOrEqual(bound * (1 - 1e-12));
          expect(cost).toBeLessThanOrEqual(score.ceiling);
        }
      }),
      { numRuns: 300 },
    );
  });

  it("name the argument that gave the best bound", () => {
    const chain = evaluator(testScenario({ graph: "a 10\nb 20 <- ^a\nc 1" }));
    expect(chain.bound()).toEqual({ argument: "critical path", value: 30 });
    const work = evaluator(testScenario({ graph: "a 10\nb 10\nc 10\nd 10" }));
    expect(work.bound().argument).toBe("work");
    expect(work.bound().value).toBeCloseTo(20, 6);
    const tied = evaluator(testScenario({ graph: "a 10 group=g\nb 20 group=g\nc 1" }));
    expect(tied.bound()).toEqual({ argument: "largest unit", value: 30 });
  });

  it("share work over devices of different speed in proportion", () => {
    const kinds = ["GPU", "GPU", "CPU"];
    const graph = Array.from({ length: 30 }, (_, i) => `op${i} GPU:10|CPU:100`).join("\n");
    // 30 ops of 10 us at a total speed of 2.1 GPUs.
    expect(evaluator(testScenario({ graph, devices: kinds })).bound().value).toBeCloseTo(300 / 2.1, 2);
  });
});

function allPlacements(ops: number, devices: number): number[][] {
  const all: number[][] = [];
  for (let code = 0; code < devices ** ops; code++)
    all.push(Array.from({ length: ops }, (_, v) => Math.floor(code / devices ** v) % devices));
  return all;
}

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { random } from "../../../agents/planners/placement/baselines/random.ts";
import { provenInfeasible } from "../../../agents/problems/infeasible.ts";
import { runMethod } from "../../../agents/run/run.ts";
import {
  createRng,
  evaluator,
  metered,
  objectivesFor,
  type Scenario,
  testScenario,
} from "../../../env/index.ts";
import { drawn } from "../../law-runs.ts";
import { randomMakespan } from "../exact/random-makespan.ts";
import { bruteForce, nothingFits } from "../registry/tiny-scenarios.ts";

describe("a proof that nothing fits", () => {
  test.each(objectivesFor("placement"))(
    "is never wrong, and often found where nothing fits: %s",
    (objective) => {
      let impossible = 0;
      let proven = 0;
      fc.assert(
        fc.property(randomMakespan({ minOps: 3, maxOps: 6, objective, memory: "tight" }), (scenario) => {
          const proof = provenInfeasible(scenario);
          if (bruteForce(scenario) !== null) {
            expect(proof).toBeNull();
            return;
          }
          impossible++;
          if (proof === null) return;
          proven++;
          expect(proof).toMatch(/^Proven infeasible: .*\.$/);
        }),
        { numRuns: drawn(240), seed: 8 },
      );
      expect(impossible).toBeGreaterThan(drawn(5));
      expect(proven / impossible).toBeGreaterThan(0.5);
    },
  );

  test("names the op that is too large, with its class", () => {
    expect(provenInfeasible(nothingFits)).toBe(
      'Proven infeasible: op "a" needs 508 B on one device, and "gpu:0", the largest that can run it, has 100 B: 408 B too few.',
    );
    const graph = "a 10 params=60 group=x\nb 10 params=60 group=x";
    expect(provenInfeasible(testScenario({ graph, memoryBytes: 100 }))).toContain(
      '"a" with the 1 co-located',
    );
  });

  test("adds up what all devices hold", () => {
    const graph = "a 10 params=60\nb 10 params=60\nc 10 params=60\nd 10 params=60";
    expect(provenInfeasible(testScenario({ graph, memoryBytes: 110 }))).toBe(
      "Proven infeasible: weights and optimizer state are 240 B, all devices together have 220 B: 20 B too few.",
    );
  });

  test("tries all ways to pack", () => {
    const graph = "a 10 params=60\nb 10 params=60\nc 10 params=60";
    expect(provenInfeasible(testScenario({ graph, memoryBytes: 110 }))).toContain("no assignment of the 3");
    expect(provenInfeasible(testScenario({ graph, memoryBytes: 120 }))).toBeNull();
  });

  test("gives up on what it cannot try in its steps", () => {
    const graph = Array.from({ length: 40 }, (_, v) => `op${v} 10 params=${1000 + 7 * v}`).join("\n");
    const room = Math.ceil((40 * 1000 + (7 * 39 * 40) / 2) / 8);
    expect(provenInfeasible(testScenario({ graph, devices: 8, memoryBytes: room + 1 }))).toBeNull();
  });
});

describe("a run without a plan that fits", () => {
  const failureOf = async (scenario: Scenario) => {
    const meter = metered(evaluator(scenario), { evaluations: 3 });
    const options = random.options.parse({});
    const run = { module: random, options, scenario, meter, rng: createRng(1) };
    return (await runMethod(run)).report.failure;
  };

  test("ends with the proof, or says that there is none", async () => {
    expect(await failureOf(nothingFits)).toContain("Proven infeasible");
    const graph = Array.from({ length: 12 }, (_, v) => `op${v} 10 params=${[70, 20, 30, 20, 15, 45][v % 6]}`);
    const tight = testScenario({ graph: graph.join("\n"), devices: 4, memoryBytes: 100 });
    expect(await failureOf(tight)).toBe(
      "None found: none of 3 plans scored fits the memory; that no plan does is not proven.",
    );
  });
});

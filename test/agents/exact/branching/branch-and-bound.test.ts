import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { PlannerReport } from "../../../../agents/contract.ts";
import { branchAndBoundPlanner } from "../../../../agents/planners/placement/exact/branch-and-bound.ts";
import { interchangeableDevices } from "../../../../agents/problems/interchangeable-devices.ts";
import {
  asPlacement,
  compile,
  evaluator,
  networkModels,
  objectivesFor,
  type Scenario,
  testScenario,
  withNetwork,
} from "../../../../env/index.ts";
import { resolveScenario, toys } from "../../../../scenarios/index.ts";
import { runPlanner } from "../../planners/run-planner.ts";
import { bruteForce } from "../../registry/tiny-scenarios.ts";
import { randomMakespan } from "../random-makespan.ts";

const search = (scenario: Scenario, options = {}, evaluations = 100_000) =>
  runPlanner(branchAndBoundPlanner, scenario, { options, evaluations });

describe("branch and bound", () => {
  test("finds what brute force finds, or proves that nothing fits: 120 makespans of all networks", async () => {
    let infeasible = 0;
    let searched = 0;
    await fc.assert(
      fc.asyncProperty(randomMakespan({ minOps: 4, maxOps: 6 }), async (scenario) => {
        const least = bruteForce(scenario);
        const { best, report } = await search(scenario, { climb: 6 });
        if (least === null) {
          infeasible++;
          expect(best?.outcome.value ?? null).toBeNull();
          expect(report.failure).toContain("Proven infeasible");
          return;
        }
        expect(best!.outcome.value).toBeLessThanOrEqual(least * (1 + 1e-9));
        expect(report.optimalAmong).toMatch(/^placements of the/);
        expect(report.bound?.value ?? 0).toBeLessThanOrEqual(least);
        if (factOf(report, "leaves") !== 0) searched++;
      }),
      { numRuns: 120, seed: 3 },
    );
    expect(infeasible).toBeGreaterThan(4);
    expect(searched).toBeGreaterThan(24);
  });

  test.each(objectivesFor("placement").filter((objective) => objective !== "makespan"))(
    "is exact for %s",
    async (objective) => {
      let compared = 0;
      await fc.assert(
        fc.asyncProperty(randomMakespan({ minOps: 3, maxOps: 6, objective }), async (scenario) => {
          const least = bruteForce(scenario);
          const { best, report } = await search(scenario, { climb: 4 });
          if (least === null) {
            expect(best?.outcome.value ?? null).toBeNull();
            return;
          }
          compared++;
          expect(best!.outcome.value).toBeLessThanOrEqual(least * (1 + 1e-9));
          expect(report.bound?.value ?? 0).toBeLessThanOrEqual(least);
        }),
        { numRuns: 30, seed: 4 },
      );
      expect(compared).toBeGreaterThan(15);
    },
  );

  test.each(toys.map(({ name, optimum }) => [name, optimum] as const))(
    "finds the optimum of toy/%s and proves it",
    async (name, optimum) => {
      const { best, report } = await search(await resolveScenario(`toy/${name}`));
      expect(best!.outcome.value).toBeCloseTo(optimum, 9);
      expect(report.optimalAmong).toMatch(/^placements of the/);
    },
  );

  test("claims no bound above a plan with another order of ops", async () => {
    let compared = 0;
    await fc.assert(
      fc.asyncProperty(
        randomMakespan({ minOps: 5, maxOps: 7 }),
        fc.array(fc.array(fc.nat({ max: 99 }), { minLength: 7, maxLength: 7 }), {
          minLength: 40,
          maxLength: 40,
        }),
        async (drawn, priorities) => {
          // So that no order can wait for itself in a circle.
          const fidelity = { ...drawn.fidelity, dispatch: "ready", overlap: true } as const;
          const scenario = { ...drawn, fidelity };
          const { best, report } = await search(scenario);
          const { opCount } = scenario.graph;
          if (report.bound === undefined) return;
          compared++;
          for (const priority of priorities) {
            const opPriority = Float64Array.from(priority.slice(0, opCount));
            const { value } = evaluator(scenario).evaluate({ ...asPlacement(best!.plan), opPriority });
            if (value !== null) expect(report.bound.value).toBeLessThanOrEqual(value * (1 + 1e-12));
          }
        },
      ),
      { numRuns: 15, seed: 5 },
    );
    expect(compared).toBeGreaterThan(7);
  });

  test("stopped by its budget or its nodes, says what it has proven", async () => {
    const lines = Array.from({ length: 12 }, (_, v) => {
      const inputs = v < 3 ? "" : ` <- op${v - 1 - (v % 3)} op${v - 2}`;
      return `op${v} F:${7 + ((5 * v) % 11)}|S:${9 + ((7 * v) % 23)} ${40 + ((17 * v) % 90)}B${inputs}`;
    });
    const scenario = testScenario({ graph: lines.join("\n"), devices: ["F", "F", "S"] });
    const { best } = await search(scenario);
    const optimum = best!.outcome.value!;
    const ends = [
      await search(scenario, { nodes: 30 }),
      await search(scenario, { climb: 0 }, 3),
      await search(scenario, {}, 40),
    ];
    for (const end of ends) {
      expect(end.best!.outcome.value).toBeGreaterThanOrEqual(optimum);
      const fact = end.report.facts!.find(({ name }) => name.endsWith("is below"));
      expect(fact === undefined).toBe(end.report.optimalAmong !== undefined);
      const proven = Number(fact?.value ?? end.best!.outcome.value);
      expect(proven).toBeGreaterThan(0);
      expect(proven).toBeLessThanOrEqual(optimum * (1 + 1e-9));
      expect(end.report.bound!.value).toBeLessThanOrEqual(optimum);
    }
    expect(ends[0].report.ended).toBe("limit");
    expect(ends[1].report.ended).toBe("budget");
  });

  test("proves 14 groups on 4 devices within a few thousand evaluations", async () => {
    const lines = Array.from({ length: 14 }, (_, v) => {
      const inputs = v === 0 ? "" : ` <- op${Math.max(0, v - 1 - (v % 4))} op${Math.floor(v / 2)}`;
      return `op${v} ${20 + ((37 * v) % 60)} ${50 + ((71 * v) % 200)}B${inputs}`;
    });
    const { report, meter } = await search(testScenario({ graph: lines.join("\n"), devices: 4 }));
    expect(report.optimalAmong).toContain("placements of the 14 groups");
    expect(meter.spent).toBeLessThan(5000);
  });
});

describe("devices that may be exchanged", () => {
  const graph = "a F:10|S:20 8B\nb F:10|S:20 8B <- a";
  const exchanges = (scenario: Scenario) => interchangeableDevices(compile(scenario)).permutations.length;

  test("are those of equal speed, memory and ways", () => {
    expect(exchanges(testScenario({ graph, devices: ["F", "F", "F"] }))).toBe(5);
    expect(exchanges(testScenario({ graph, devices: ["F", "F", "S"] }))).toBe(1);
    expect(exchanges(testScenario({ graph, devices: ["F", "S"] }))).toBe(0);
    for (const { name } of networkModels)
      expect(exchanges(withNetwork(testScenario({ graph, devices: ["F", "F", "F"] }), name))).toBe(5);
  });

  test("are not those with a way of their own", () => {
    const scenario = testScenario({ graph, devices: ["F", "F", "F"] });
    const { links, routes } = scenario.cluster;
    const fast = links.map((link, i) => (routes[0][1].includes(i) ? { ...link, bytesPerUs: 99 } : link));
    expect(exchanges({ ...scenario, cluster: { ...scenario.cluster, links: fast } })).toBeLessThan(5);
  });

  test("stand for a family of placements where equal times leave turns to numbers", () => {
    const leaves = (text: string) => {
      const scenario = testScenario({ graph: text, devices: ["F", "F", "F"] });
      return [...interchangeableDevices(compile(scenario)).leaves(Int32Array.of(0, 1))].length;
    };
    expect(leaves(graph)).toBe(1);
    expect(leaves("a F:0 8B\nb F:10 8B <- a")).toBe(6);
  });
});

const factOf = ({ facts }: PlannerReport, name: string) => facts!.find((fact) => fact.name === name)?.value;

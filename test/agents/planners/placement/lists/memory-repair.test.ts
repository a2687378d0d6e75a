/**
 * Memory-tight scenarios, each of which some placement fits; brute force says so. Baechi's planners
 * find a plan by default. In their published mode they end without one on some of them.
 */
import { describe, expect, test } from "vitest";
import type { PlannerModule } from "../../../../../agents/contract.ts";
import { mEtf } from "../../../../../agents/planners/placement/lists/m-etf.ts";
import { mSct } from "../../../../../agents/planners/placement/lists/m-sct.ts";
import { mTopo } from "../../../../../agents/planners/placement/lists/m-topo.ts";
import { evaluator, type Scenario, testScenario } from "../../../../../env/index.ts";
import { drawnFrom } from "../../../../law-runs.ts";
import { bruteForce, nothingFits } from "../../../registry/tiny-scenarios.ts";
import { randomScenario } from "../../../seeded-scenario.ts";
import { runPlanner } from "../../run-planner.ts";

const chainOf = (bytes: readonly number[], outputs = 0) =>
  bytes
    .map((params, v) => `op${v} 10 ${outputs}B params=${params}${v > 0 ? ` <- op${v - 1}` : ""}`)
    .join("\n");

/** Two devices that one packing alone fills. */
const packed = (name: string, bytes: readonly number[], devices: number, memoryBytes: number) =>
  testScenario({ name, graph: chainOf(bytes), devices, memoryBytes });

/** A random graph with hardly more memory than its most even placement needs. */
function tight(seed: number): Scenario {
  const scenario = randomScenario(seed, { ops: 7, devices: ["A", "B"] });
  const { groupCount, memberStart, members } = scenario.grouping;
  const score = evaluator(scenario);
  let least = Number.POSITIVE_INFINITY;
  for (let code = 0; code < 2 ** groupCount; code++) {
    const device = new Int32Array(scenario.graph.opCount);
    for (let g = 0; g < groupCount; g++)
      for (let i = memberStart[g]; i < memberStart[g + 1]; i++) device[members[i]] = (code >> g) & 1;
    const { peakBytes } = score.evaluate({ kind: "placement", device });
    least = Math.min(least, Math.max(...peakBytes));
  }
  const devices = scenario.cluster.devices.map((device) => ({ ...device, memoryBytes: 1.02 * least }));
  return { ...scenario, name: `tight ${seed}`, cluster: { ...scenario.cluster, devices } };
}

const cases: readonly Scenario[] = [
  packed("40 + 60 and 50 + 50", [40, 50, 60, 50], 2, 100),
  packed("70 + 30 and 60 + 40", [30, 40, 60, 70], 2, 100),
  packed("three pairs", [30, 40, 45, 55, 60, 70], 3, 100),
  packed("one large and many small ones", [20, 20, 20, 20, 20, 100], 2, 100),
  packed("three and two", [33, 50, 33, 50, 34], 2, 100),
  packed("four devices", [50, 60, 70, 80, 20, 30, 40, 50], 4, 100),
  testScenario({
    name: "outputs count",
    graph: chainOf([60, 10, 50, 20], 20),
    devices: 2,
    memoryBytes: 125,
  }),
  testScenario({
    name: "a co-located pair",
    graph: `
      f1 10 8B params=50 group=one
      f2 10 8B params=40 group=two <- f1
      f3 10 8B params=60 group=three <- f2
      b3 20 8B role=backward twin=f3 group=three <- f3
      b2 20 8B role=backward twin=f2 group=two <- b3
      b1 20 role=backward twin=f1 group=one <- b2`,
    devices: 2,
    memoryBytes: 128,
  }),
  ...[1, 2, 3, 4, 5, 6].map(tight),
];

const planners = [mTopo, mEtf, mSct] as unknown as PlannerModule[];

describe("memory-tight scenarios", () => {
  test.each(drawnFrom(cases, "memory repair").map((scenario) => [scenario.name, scenario] as const))(
    "%s: some placement fits, and each of Baechi's planners finds one",
    async (_, scenario) => {
      expect(bruteForce(scenario)).not.toBeNull();
      for (const module of planners) {
        const { best, report, last } = await runPlanner(module, scenario, { evaluations: 500 });
        expect(best?.outcome.feasible, module.card.id).toBe(true);
        expect(report.failure).toBeUndefined();
        expect(last).toEqual(best!.plan);
      }
    },
  );

  test("as published the same planners end without a plan on some of them, and say so", async () => {
    // Each schedule of m-SCT needs a solver of its own.
    for (const module of planners.filter(({ card }) => card.id !== "m-sct")) {
      let without = 0;
      for (const scenario of cases) {
        const options = { mode: "paper" };
        const { best, report } = await runPlanner(module, scenario, { evaluations: 500, options });
        if (best?.outcome.feasible === true) continue;
        without++;
        expect(report.failure, scenario.name).toMatch(/^(No device has room|Every schedule is over)/);
      }
      expect(without, module.card.id).toBeGreaterThan(0);
    }
  });

  test("a plan that fits at once is the published one", async () => {
    for (const module of planners)
      for (const seed of [1, 2, 3]) {
        const scenario = randomScenario(seed, { ops: 8 });
        const [ours, published] = await Promise.all(
          [{}, { mode: "paper" }].map((options) => runPlanner(module, scenario, { options })),
        );
        expect(ours.best).toEqual(published.best);
      }
  });

  test("where nothing fits the repair finds nothing, and a sentence says why", async () => {
    for (const module of planners) {
      const { best, report } = await runPlanner(module, nothingFits);
      expect(best?.outcome.feasible ?? false).toBe(false);
      expect(report.failure).toMatch(/^Proven infeasible/);
    }
  });
});

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { makespanProgram } from "../../../../agents/exact/programs/makespan-program.ts";
import { maxLoadProgram } from "../../../../agents/exact/programs/max-load-program.ts";
import type { PlacementProgram } from "../../../../agents/exact/programs/placement-program.ts";
import { splitProblem } from "../../../../agents/problems/split/split-problem.ts";
import { type MipResult, solveMip } from "../../../../agents/solver/highs.ts";
import {
  createScenario,
  type Evaluator,
  evaluator,
  liftToOps,
  placement,
  testScenario,
} from "../../../../env/index.ts";
import { colocated, contract } from "../../../../env/model/layers/elements.ts";
import { scenarioWithPlan } from "../../../env/sim/drawn-scenario.ts";
import { drawn } from "../../../law-runs.ts";
import { NO_DEADLINE_SECONDS } from "../../no-deadline.ts";
import { leastOf, neverComesBack, randomSplit } from "../random-split.ts";

const limits = { nodes: 1e5, iterations: 1e6, seconds: NO_DEADLINE_SECONDS, relativeGap: 0 };

interface Solved extends MipResult {
  readonly boundUs: number;
  readonly deviceOf: Int32Array | null;
}

async function solve({ program, unitUs, devicesOf }: PlacementProgram): Promise<Solved> {
  const solver = solveMip(program, { limits });
  let deviceOf: Int32Array | null = null;
  for (;;) {
    const { done, value } = await solver.next();
    if (done === true) return { ...value, boundUs: value.bound * unitUs, deviceOf };
    deviceOf = devicesOf(value.columns);
  }
}

describe("the integer program for max load", () => {
  const scenarios = randomSplit({ maxOps: 9, maxClasses: 5, maxAccelerators: 3 });

  test("has the optimum of all placements", async () => {
    let compared = 0;
    await fc.assert(
      fc.asyncProperty(scenarios, async (scenario) => {
        const problem = splitProblem(scenario, colocated(scenario));
        const upperUs = evaluator(scenario).ceiling;
        const found = await solve(maxLoadProgram(problem, { contiguous: false, upperUs, lowerUs: 0 }));
        const least = leastOf(scenario, () => true);
        if (least === null) {
          expect(found.end).toBe("infeasible");
          return;
        }
        compared++;
        expect(found.end).toBe("solved");
        expect(found.boundUs).toBeCloseTo(least, 5);
        const device = liftToOps(scenario.grouping, found.deviceOf!);
        expect(evaluator(scenario).evaluate(placement(device)).value).toBeCloseTo(least, 5);
      }),
      { numRuns: drawn(12), seed: 11 },
    );
    expect(compared).toBeGreaterThanOrEqual(drawn(8));
  });

  test("has the optimum of all placements that never come back to a device, where it is contiguous", async () => {
    let compared = 0;
    await fc.assert(
      fc.asyncProperty(scenarios, async (scenario) => {
        const elements = contract(scenario);
        if (!elements.lossless) return;
        compared++;
        const problem = splitProblem(scenario, elements);
        const upperUs = evaluator(scenario).ceiling;
        const found = await solve(maxLoadProgram(problem, { contiguous: true, upperUs, lowerUs: 0 }));
        const least = leastOf(scenario, neverComesBack(scenario));
        if (least === null) expect(found.end).toBe("infeasible");
        else expect(found.boundUs).toBeCloseTo(least, 5);
      }),
      { numRuns: drawn(12), seed: 12 },
    );
    expect(compared).toBeGreaterThanOrEqual(drawn(8));
  });
});

/** The best bound of those that leave communication out. */
const withoutTransfers = (score: Evaluator): number =>
  Math.max(
    ...score
      .bounds()
      .filter(({ argument }) => ["critical path", "work", "largest unit"].includes(argument))
      .map(({ value }) => value),
  );

describe("the integer program for the makespan", () => {
  test("never exceeds the least makespan of all placements, under any fidelity, and is often equal to it", async () => {
    let tight = 0;
    await fc.assert(
      fc.asyncProperty(pinnedScenario, async (scenario) => {
        const least = leastOf(scenario, () => true);
        const score = evaluator(scenario);
        const problem = splitProblem(scenario, colocated(scenario));
        const found = await solve(makespanProgram(problem, { upperUs: score.ceiling, lowerUs: 0 }));
        if (least === null) return;
        expect(found.end).toBe("solved");
        expect(found.boundUs).toBeLessThanOrEqual(least * (1 + 1e-7) + 1e-7);
        if (found.boundUs > least * (1 - 1e-6) && least > withoutTransfers(score) * 1.05) tight++;
      }),
      { numRuns: drawn(100), seed: 1 },
    );
    expect(tight).toBeGreaterThanOrEqual(drawn(5));
  });

  test.each([
    ["store-and-forward", 10 + 2 * (100 / 10 + 1) + 5],
    ["cut-through", 10 + 100 / 10 + 2 * 1 + 5],
  ] as const)("moves a tensor over two links, %s", async (routing, makespanUs) => {
    const graph = "a 10 100B kinds=GPU\nb 5 kinds=CPU <- a";
    const parts = testScenario({ graph, devices: ["GPU", "CPU"], fidelity: { routing } });
    const link = (name: string) => ({ name, bytesPerUs: 10, latencyUs: 1 });
    const cluster = {
      ...parts.cluster,
      links: [link("up"), link("down")],
      routes: [
        [[], [0, 1]],
        [[1, 0], []],
      ],
    };
    const scenario = createScenario({ ...parts, cluster });
    const problem = splitProblem(scenario, colocated(scenario));
    const found = await solve(makespanProgram(problem, { upperUs: 100, lowerUs: 0 }));
    expect(evaluator(scenario).evaluate(placement([0, 1])).value).toBeCloseTo(makespanUs, 9);
    expect(found.boundUs).toBeCloseTo(makespanUs, 5);
  });
});

/**
 * Some ops run on the fast devices only, some on the slow one only, so transfers are unavoidable.
 */
const pinnedScenario = fc
  .tuple(
    scenarioWithPlan({ maxOps: 6, maxDevices: 3, memoryBytes: 40 }),
    fc.array(fc.constantFrom(null, ["fast"], ["slow"]), { minLength: 6, maxLength: 6 }),
  )
  .filter(([{ scenario }]) => scenario.cluster.devices.length > 1)
  .map(([{ scenario }, kinds]) => {
    const supportedKinds = scenario.graph.names.map((_, v) => kinds[v]);
    return createScenario({ ...scenario, graph: { ...scenario.graph, supportedKinds } });
  });

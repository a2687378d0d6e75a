import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { colocated, contract } from "../../../agents/exact/contract.ts";
import { type MipResult, solveMip } from "../../../agents/exact/highs.ts";
import { makespanProgram } from "../../../agents/exact/makespan-program.ts";
import { maxLoadProgram } from "../../../agents/exact/max-load-program.ts";
import type { PlacementProgram } from "../../../agents/exact/placement-program.ts";
import { splitProblem } from "../../../agents/exact/split-problem.ts";
import { evaluator, liftToOps, placement } from "../../../env/index.ts";
import { scenarioWithPlan } from "../../env/sim/random-scenario.ts";
import { leastOf, neverComesBack, randomSplit } from "./random-split.ts";

const limits = { nodes: 1e5, iterations: 1e6, seconds: 20, relativeGap: 0 };

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

  it("has the optimum of all placements", async () => {
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
        expect(found.end).toBe("solved");
        expect(found.boundUs).toBeCloseTo(least, 5);
        const device = liftToOps(scenario.grouping, found.deviceOf!);
        expect(evaluator(scenario).evaluate(placement(device)).value).toBeCloseTo(least, 5);
      }),
      { numRuns: 8, seed: 11 },
    );
  });

  it("has the optimum of all placements that never come back to a device, where it is contiguous", async () => {
    await fc.assert(
      fc.asyncProperty(scenarios, async (scenario) => {
        const elements = contract(scenario);
        if (!elements.lossless) return;
        const problem = splitProblem(scenario, elements);
        const upperUs = evaluator(scenario).ceiling;
        const found = await solve(maxLoadProgram(problem, { contiguous: true, upperUs, lowerUs: 0 }));
        const least = leastOf(scenario, neverComesBack(scenario));
        if (least === null) expect(found.end).toBe("infeasible");
        else expect(found.boundUs).toBeCloseTo(least, 5);
      }),
      { numRuns: 8, seed: 12 },
    );
  });
});

describe("the integer program for the makespan", () => {
  it("never exceeds the least makespan of all placements, under any fidelity", async () => {
    let compared = 0;
    await fc.assert(
      fc.asyncProperty(
        scenarioWithPlan({ maxOps: 6, maxDevices: 3, memoryBytes: 30 }),
        async ({ scenario }) => {
          const least = leastOf(scenario, () => true);
          const { ceiling } = evaluator(scenario);
          const problem = splitProblem(scenario, colocated(scenario));
          const found = await solve(makespanProgram(problem, { upperUs: ceiling, lowerUs: 0 }));
          if (least === null) return;
          compared++;
          expect(found.end).toBe("solved");
          expect(found.boundUs).toBeLessThanOrEqual(least * (1 + 1e-7) + 1e-7);
        },
      ),
      { numRuns: 12, seed: 5 },
    );
    expect(compared).toBeGreaterThan(6);
  });
});

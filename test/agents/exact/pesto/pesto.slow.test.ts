/**
 * The program of devices and orders on larger draws, compared with every list scheduler and the
 * exact search of placements.
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import { branchAndBoundPlanner } from "../../../../agents/planners/placement/exact/branch-and-bound.ts";
import { pesto } from "../../../../agents/planners/placement/exact/pesto.ts";
import { methods } from "../../../../agents/registry/registry.ts";
import { runPlanner } from "../../planners/run-planner.ts";
import { leastOfAllSchedules } from "../../problems/every-schedule.ts";
import { randomOrders } from "../random-orders.ts";

test("equals trying all placements and orders of up to 7 ops; no planner is below it", async () => {
  const planners = methods.filter(({ card, kind }) => kind === "planner" && card.id !== "max-load-search");
  let reached = 0;
  let orderHelps = 0;
  const runs = 40;
  await fc.assert(
    fc.asyncProperty(randomOrders({ minOps: 6, maxOps: 7 }), async (scenario) => {
      const least = leastOfAllSchedules(scenario);
      const { report, best } = await runPlanner(pesto, scenario);
      expect(report.bound!.value).toBeLessThanOrEqual(least * (1 + 1e-9));
      expect(report.bound!.value).toBeGreaterThanOrEqual(least * (1 - 1e-5));
      if (best!.outcome.value! <= least * (1 + 1e-9)) reached++;
      const { best: inTurn } = await runPlanner(branchAndBoundPlanner, scenario, { evaluations: 1e6 });
      if (inTurn!.outcome.value! > least * (1 + 1e-9)) orderHelps++;
      for (const module of planners) {
        if (module.kind !== "planner") continue;
        const other = await runPlanner(module, scenario);
        expect(other.best?.outcome.value ?? least, module.card.id).toBeGreaterThanOrEqual(least * (1 - 1e-9));
      }
    }),
    { numRuns: runs, seed: 6 },
  );
  console.log(
    `${runs} graphs: the simulator reaches the program's optimum on ${reached}; on ${orderHelps} no placement does first come, first served`,
  );
  expect(reached).toBeGreaterThan(runs / 2);
});

import { describe, expect, test } from "vitest";
import type { PlannerModule } from "../../../../../agents/contract.ts";
import { goWithTheWinners } from "../../../../../agents/planners/placement/search/go-with-the-winners.ts";
import { orderedLns } from "../../../../../agents/planners/placement/search/ordered-lns.ts";
import { randomList } from "../../../../../agents/planners/placement/search/random-list.ts";
import { bruteForce } from "../../../registry/tiny-scenarios.ts";
import { randomScenario } from "../../../seeded-scenario.ts";
import { runPlanner } from "../../run-planner.ts";

describe.each([
  ["ordered-lns", orderedLns as PlannerModule, 10],
  ["go-with-the-winners", goWithTheWinners as PlannerModule, 10],
  ["random-list", randomList as PlannerModule, 8],
])("%s", (_, module, least) => {
  test("is mostly as good as the best placement of a tiny graph, first come, first served", async () => {
    let better = 0;
    for (let seed = 1; seed <= 12; seed++) {
      const scenario = randomScenario(seed, { ops: 6, colocated: 0, devices: ["A", "B"] });
      const { best } = await runPlanner(module, scenario, {
        options: { pool: "all" },
        budget: { simulations: 400 },
        seed,
      });
      const ratio = best!.outcome.cost / bruteForce(scenario)!;
      if (ratio <= 1 + 1e-9) better++;
      expect(ratio).toBeLessThan(1.25);
    }
    expect(better).toBeGreaterThanOrEqual(least);
  });

  test("finds better plans with more simulations", async () => {
    let [few, many] = [0, 0];
    for (const seed of [7, 8, 9, 10]) {
      const scenario = randomScenario(seed, { ops: 40, colocated: 0 });
      const run = (simulations: number) =>
        runPlanner(module, scenario, { options: { pool: "all" }, budget: { simulations }, seed });
      few += (await run(20)).best!.outcome.cost;
      const { best, meter } = await run(600);
      many += best!.outcome.cost;
      expect(meter.simulations).toBeGreaterThan(meter.evaluations);
    }
    expect(many).toBeLessThan(few);
  });
});

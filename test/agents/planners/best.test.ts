import { describe, expect, test } from "vitest";
import type { PlannerModule } from "../../../agents/contract.ts";
import { best } from "../../../agents/planners/best.ts";
import { brkga } from "../../../agents/planners/brkga.ts";
import { hillClimb } from "../../../agents/planners/hill-climb.ts";
import { mcmc } from "../../../agents/planners/mcmc.ts";
import { quickPlanners } from "../../../agents/registry.ts";
import { evaluator, type Scenario, testScenario } from "../../../env/index.ts";
import { inceptionLike } from "./inception-like.ts";
import { runPlanner } from "./run-planner.ts";

const costOf = async (module: unknown, scenario: Scenario, evaluations = 600) =>
  (await runPlanner(module as PlannerModule, scenario, { evaluations })).best!.outcome.cost;

describe("best", () => {
  test("is at least as good as every quick planner, and better than the climber and the chain at its budget", async () => {
    for (const [number, devices] of [
      [1, 4],
      [2, 2],
    ]) {
      const scenario = inceptionLike(number, devices);
      const found = await costOf(best, scenario);
      for (const module of quickPlanners)
        expect(found).toBeLessThanOrEqual(await costOf(module, scenario, 20));
      for (const module of [hillClimb, mcmc, brkga])
        expect(found).toBeLessThanOrEqual(await costOf(module, scenario));
    }
  });

  test("spends the budget it is given, and no more", async () => {
    for (const evaluations of [1, 2, 50, 400]) {
      const { meter } = await runPlanner(best as PlannerModule, inceptionLike(1, 4), { evaluations });
      expect(meter.spent).toBe(evaluations);
    }
  });

  test("keeps an order only where the objective has one", async () => {
    const graph =
      "a 10 params=5 transfer=2 8B\nb 20 params=5 transfer=3 8B <- a\nc 30 transfer=1 8B <- a\nd 15 <- b c";
    for (const objective of ["max-load", "latency"] as const) {
      const { best: found } = await runPlanner(best as PlannerModule, testScenario({ graph, objective }));
      expect(found!.plan.opPriority).toBeUndefined();
    }
  });

  test("with prove=true returns a bound no smaller than the cheap one, and true of its plan", async () => {
    const scenario = inceptionLike(2, 2);
    const { best: found, report } = await runPlanner(best as PlannerModule, scenario, {
      evaluations: 100,
      options: { prove: true },
    });
    expect(report.bound!.value).toBeGreaterThanOrEqual(evaluator(scenario).bound().value);
    expect(report.bound!.value).toBeLessThanOrEqual(found!.outcome.value!);
  });
});

import { describe, expect, test } from "vitest";
import type { PlannerModule } from "../../../../../agents/contract.ts";
import { multilevel } from "../../../../../agents/planners/placement/baselines/multilevel.ts";
import { idealsDp } from "../../../../../agents/planners/placement/exact/ideals-dp.ts";
import { cpop } from "../../../../../agents/planners/placement/lists/cpop.ts";
import { etf } from "../../../../../agents/planners/placement/lists/etf.ts";
import { heft } from "../../../../../agents/planners/placement/lists/heft.ts";
import { bestOf } from "../../../../../agents/planners/placement/search/best.ts";
import { brkga } from "../../../../../agents/planners/placement/search/brkga.ts";
import { hillClimb } from "../../../../../agents/planners/placement/search/hill-climb.ts";
import { latencySearch } from "../../../../../agents/planners/placement/search/latency-search.ts";
import { maxLoadSearch } from "../../../../../agents/planners/placement/search/max-load-search.ts";
import { mcmc } from "../../../../../agents/planners/placement/search/mcmc.ts";
import { provenInfeasible } from "../../../../../agents/problems/infeasible.ts";
import { composedMethods } from "../../../../../agents/registry/methods.ts";
import { runMethod } from "../../../../../agents/run/run.ts";
import { instantPlanners } from "../../../../../agents/selection.ts";
import {
  asPlacement,
  createRng,
  evaluator,
  metered,
  type Scenario,
  testScenario,
} from "../../../../../env/index.ts";
import { drawnFrom } from "../../../../law-runs.ts";
import { randomScenario } from "../../../seeded-scenario.ts";
import { inceptionLike } from "../../inception-like.ts";
import { runPlanner } from "../../run-planner.ts";

const costOf = async (module: unknown, scenario: Scenario, evaluations = 300) =>
  (await runPlanner(module as PlannerModule, scenario, { evaluations })).best!.outcome.cost;

const best = bestOf(composedMethods);

describe("best", () => {
  test("is at least as good as every quick planner, and better than the climber and the chain at its budget", async () => {
    const sizes = [
      [1, 4],
      [2, 2],
    ];
    for (const [number, devices] of drawnFrom(sizes, "best among quick planners")) {
      const scenario = inceptionLike(number, devices);
      const found = await costOf(best, scenario);
      for (const module of instantPlanners(composedMethods))
        expect(found).toBeLessThanOrEqual(await costOf(module, scenario, 20));
      for (const module of [hillClimb, mcmc, brkga])
        expect(found).toBeLessThanOrEqual(await costOf(module, scenario));
    }
  });

  test("counts its list schedules as simulations, and gains nothing from drawing more of them", async () => {
    const scenario = inceptionLike(1, 2);
    for (const draws of [1, 16, 1_000]) {
      const { meter } = await runPlanner(best as PlannerModule, scenario, {
        budget: { simulations: 300 },
        options: { draws },
      });
      expect(meter.simulations).toBeLessThanOrEqual(300);
      expect(meter.evaluations).toBeLessThan(300);
    }
  });

  test("spends the budget it is given, and no more", async () => {
    for (const evaluations of [1, 2, 50, 200]) {
      const { meter } = await runPlanner(best as PlannerModule, inceptionLike(1, 4), { evaluations });
      expect(meter.spent).toBe(evaluations);
    }
  });

  test("keeps an order only where the objective has one", async () => {
    const graph =
      "a 10 params=5 transfer=2 8B\nb 20 params=5 transfer=3 8B <- a\nc 30 transfer=1 8B <- a\nd 15 <- b c";
    for (const objective of ["max-load", "latency"] as const) {
      const { best: found } = await runPlanner(best as PlannerModule, testScenario({ graph, objective }));
      expect(asPlacement(found!.plan).opPriority).toBeUndefined();
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

  test("at a small budget still has its turn with the list schedulers", async () => {
    const scenario = inceptionLike(2, 4);
    const found = await costOf(best, scenario, 100);
    for (const module of [heft, etf, cpop, multilevel])
      expect(found).toBeLessThanOrEqual(await costOf(module, scenario, 10));
  });

  test.each(["max-load", "latency"] as const)(
    "is at least as good as the search for %s and the contiguous split",
    async (objective) => {
      const search = objective === "latency" ? latencySearch : maxLoadSearch;
      for (const seed of drawnFrom([1, 2, 3], `best for ${objective}`)) {
        const scenario = { ...randomScenario(seed, { ops: 16 }), objective };
        const found = await costOf(best, scenario, 100);
        for (const module of [idealsDp, search])
          expect(found).toBeLessThanOrEqual(await costOf(module, scenario, 100));
      }
    },
  );

  test("with one evaluation for max load answers with the optimal contiguous split or better", async () => {
    for (const seed of [1, 2, 3]) {
      const scenario: Scenario = { ...randomScenario(seed, { ops: 16 }), objective: "max-load" };
      expect(await costOf(best, scenario, 1)).toBeLessThanOrEqual(await costOf(idealsDp, scenario, 20));
    }
  });

  test("ends with the proof where no plan fits the memory, and leaves the rest of the budget", async () => {
    const graph = "a 10 params=60\nb 10 params=60\nc 10 params=60";
    const scenario = testScenario({ graph, memoryBytes: 110 });
    const meter = metered(evaluator(scenario), { evaluations: 5_000 });
    const report = await reportOf(best.create(best.options.parse({})).plan(scenario, meter, createRng(1)));
    expect(report?.failure).toBe(provenInfeasible(scenario));
    expect(meter.spent).toBeLessThan(1_000);
  });

  test("interrupted, still tells the bound that its search has proven", async () => {
    const scenario: Scenario = { ...inceptionLike(1, 2), objective: "latency" };
    const whole = await runPlanner(best as PlannerModule, scenario, { evaluations: 50 });
    expect(whole.report.bound).toBeDefined();

    const interrupt = new AbortController();
    const onEvaluation = ({ spent }: { spent: number }) => spent >= 40 && interrupt.abort();
    const meter = metered(evaluator(scenario), {}, { signal: interrupt.signal, onEvaluation });
    const options = best.options.parse({});
    const { report } = await runMethod({
      module: best as PlannerModule,
      options,
      scenario,
      meter,
      rng: createRng(1),
    });
    expect(meter.refused).toBe("stopped");
    expect(report.bound).toEqual(whole.report.bound);
  });
});

async function reportOf<T>(plans: AsyncGenerator<unknown, T>): Promise<T> {
  for (;;) {
    const { done, value } = await plans.next();
    if (done === true) return value;
  }
}

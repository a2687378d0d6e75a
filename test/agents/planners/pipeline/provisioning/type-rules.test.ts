import { describe, expect, test } from "vitest";
import type { PlannerModule } from "../../../../../agents/contract.ts";
import { everyPlan } from "../../../../../agents/exact/provisioning/every-plan.ts";
import { cheapestTypes } from "../../../../../agents/planners/pipeline/provisioning/cheapest-types.ts";
import { typeRules } from "../../../../../agents/planners/pipeline/provisioning/type-rules.ts";
import { runMethod } from "../../../../../agents/run/run.ts";
import { createRng, evaluator, metered, pricedChain, type Scenario } from "../../../../../env/index.ts";
import { typesOfPlan } from "../../../../../env/sim/objectives/provisioning/plan-of-types.ts";
import { rentedScenario } from "../../../../env/sim/objectives/provisioning/rented.ts";

async function run(module: PlannerModule, scenario: Scenario, given: object = {}) {
  const meter = metered(evaluator(scenario), { evaluations: 50 });
  const options = module.options.parse(given);
  const { best, report } = await runMethod({ module, options, scenario, meter, rng: createRng(1) });
  const plan = best?.plan.kind === "pipeline" ? best.plan : null;
  const types = plan && typesOfPlan(pricedChain(scenario), plan);
  return { value: best?.outcome.value ?? null, types: types && [...types], failure: report.failure };
}

describe("planners of types", () => {
  test("the exact one costs what trying all costs, and no rule costs less", async () => {
    for (let i = 0; i < 10; i++) {
      const scenario = rentedScenario(`rules ${i}`, { layers: 2 + (i % 4), kinds: 2 + (i % 2), floor: 0.4 });
      const { best } = everyPlan(pricedChain(scenario).problem);
      const { value } = await run(cheapestTypes as PlannerModule, scenario);
      expect(value).toBe(best!.provisioning.cost);
      for (const rule of ["single", "sparse", "greedy"])
        for (const units of ["exact", "newton"]) {
          const found = await run(typeRules as PlannerModule, scenario, { rule, units });
          if (found.value !== null) expect(found.value).toBeGreaterThanOrEqual(value! * (1 - 1e-12));
        }
    }
  });

  test("the rules do what they say", async () => {
    const scenario = rentedScenario("say", { layers: 5, kinds: 2, limits: [6, 6], floor: 0.01 });
    const sparse = scenario.graph.types.map((type) => Number(type !== "Embedding"));
    expect((await run(typeRules as PlannerModule, scenario)).types).toEqual(sparse);
    const { types } = await run(typeRules as PlannerModule, scenario, { rule: "single" });
    expect(new Set(types).size).toBe(1);
    const { problem } = pricedChain(scenario);
    const rent = (layer: number, type: number) => problem.price[type] * problem.computeTime[2 * layer + type];
    const greedy = await run(typeRules as PlannerModule, scenario, { rule: "greedy" });
    expect(greedy.types).toEqual([0, 1, 2, 3, 4].map((layer) => Number(rent(layer, 1) < rent(layer, 0))));
  });

  test("say where the floor is out of reach", async () => {
    const scenario = {
      ...rentedScenario("out", { layers: 3, kinds: 2 }),
      demand: { samples: 1, samplesPerSecond: 1e15 },
    };
    expect((await run(cheapestTypes as PlannerModule, scenario)).failure).toMatch(
      /^No types of the layers reach/,
    );
    expect((await run(typeRules as PlannerModule, scenario)).failure).toMatch(
      /reach(es)? the demanded throughput/,
    );
  });
});

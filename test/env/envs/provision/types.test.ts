import { describe, expect, test } from "vitest";
import { cheapestPlan } from "../../../../agents/exact/provisioning/cheapest-plan.ts";
import {
  checkEnv,
  createTypesEnv,
  evaluator,
  metered,
  negativeLogCost,
  pricedChain,
  type Scenario,
} from "../../../../env/index.ts";
import { rentedScenario } from "../../sim/objectives/provisioning/rented.ts";
import { diamondScenario } from "../scenarios.ts";

function playing(scenario: Scenario, actions: readonly number[], options: object = {}) {
  const env = createTypesEnv({ scenario, ...options });
  const masks = [[...env.reset().info.actionMask]];
  const steps = actions.map((action) => {
    const step = env.step(action);
    masks.push([...step.info.actionMask]);
    return step;
  });
  return { env, steps, masks };
}

describe("Provision/Types", () => {
  const scenario = rentedScenario("types env", { layers: 4, kinds: 2, limits: [4, 1], floor: 0.2 });

  test("rents the cheapest units of the chosen types at the end, for one evaluation", () => {
    const best = cheapestPlan(pricedChain(scenario).problem)!;
    const meter = metered(evaluator(scenario), { evaluations: 5 });
    const { env, steps } = playing(scenario, [...best.typeOf], {
      evaluator: meter,
      utility: negativeLogCost,
    });
    expect(steps.map(({ reward }) => reward)).toEqual([0, 0, 0, -Math.log1p(best.provisioning.cost)]);
    expect(steps[3].info.outcome!.value).toBe(best.provisioning.cost);
    expect([...steps[3].observation.chosen]).toEqual([...best.typeOf]);
    expect(env.plan().stages.map(({ devices }) => devices.length)).toEqual([...best.provisioning.units]);
    expect(meter.spent).toBe(1);
    expect(env.render()).toContain(" USD at ");
  });

  test("lets no stage open that finds no unit", () => {
    const { masks, steps } = playing(scenario, [1, 0, 0, 0]);
    expect(masks).toEqual([
      [1, 1],
      [1, 1],
      [1, 0],
      [1, 0],
      [0, 0],
    ]);
    expect([...steps[0].observation.types]).toEqual(
      [...steps[0].observation.types].map((x) => Math.min(1, x)),
    );
    const env = createTypesEnv({ scenario });
    env.reset();
    env.step(1);
    env.step(0);
    expect(() => env.step(1)).toThrow("layer 2 may not be on type 1 (GPU1)");
  });

  test("keeps the laws on random chains", () => {
    for (let i = 0; i < 4; i++) {
      const drawn = rentedScenario(`laws ${i}`, { layers: 2 + i, kinds: 1 + (i % 3), limits: [2, 2] });
      expect(checkEnv(() => createTypesEnv({ scenario: drawn })).checks.filter(({ ok }) => !ok)).toEqual([]);
    }
  });

  test("needs the objective cost", () => {
    expect(() => createTypesEnv({ scenario: diamondScenario })).toThrow(
      "Provision/Types-v1 rents devices, which the objective makespan does not price; take cost.",
    );
  });
});

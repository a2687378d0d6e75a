import { describe, expect, test } from "vitest";
import { cheapestPlan } from "../../../agents/exact/provisioning/cheapest-plan.ts";
import { heterps } from "../../../agents/learned/heterps.ts";
import { runMethod } from "../../../agents/run/run.ts";
import { createRng, evaluator, metered, pricedChain, validatePlan } from "../../../env/index.ts";
import { rentedScenario } from "../../env/sim/objectives/provisioning/rented.ts";

const scenario = rentedScenario("heterps", { layers: 6, kinds: 2, floor: 0.3 });

async function run(given: object, evaluations = 150) {
  const meter = metered(evaluator(scenario), { evaluations });
  const options = heterps.options.parse(given);
  return runMethod({ module: heterps, options, scenario, meter, rng: createRng(1) });
}

describe("HeterPS", () => {
  test.each([{}, { network: "rnn" }, { network: "factored" }, { features: "compute" }])(
    "finds the cheapest plan of a small chain, or nearly, with %o",
    async (given) => {
      const { best, last } = await run(given);
      validatePlan(scenario, last!);
      expect(best!.plan.kind).toBe("pipeline");
      const { cost } = cheapestPlan(pricedChain(scenario).problem)!.provisioning;
      expect(best!.outcome.value!).toBeGreaterThanOrEqual(cost * (1 - 1e-12));
      expect(best!.outcome.value!).toBeLessThanOrEqual(1.15 * cost);
    },
  );

  test("answers what it scored in mode=paper too", async () => {
    const { best, last } = await run({ mode: "paper" });
    validatePlan(scenario, last!);
    const { cost } = cheapestPlan(pricedChain(scenario).problem)!.provisioning;
    expect(best!.outcome.value!).toBeGreaterThanOrEqual(cost * (1 - 1e-12));
  });

  test("has the paper's values where mode is paper", () => {
    const { learningRate, reward, entropy, advantages } = heterps.options.parse({ mode: "paper" });
    expect({ learningRate, reward, entropy, advantages }).toEqual({
      learningRate: 0.01,
      reward: "linear",
      entropy: 0,
      advantages: "raw",
    });
  });
});

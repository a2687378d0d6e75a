import { expect, test } from "vitest";
import { choicesOf, planOf } from "../../../../agents/problems/choices.ts";
import { annealedPlacement } from "../../../../agents/search/groups/annealed-placement.ts";
import { createRng, evaluator, metered, testScenario } from "../../../../env/index.ts";

const scenario = testScenario({
  graph: "a 10 1B\nb 20 1B <- a\nc 30 1B <- a\nd 30 1B <- a\ne 10 1B <- b c d",
  devices: 2,
});
const choices = choicesOf(scenario, "all");
const chain = (simulations: number, from?: Int32Array, budget = 1000) => {
  const meter = metered(evaluator(scenario), { simulations: budget });
  const found = annealedPlacement(choices, meter, createRng(1), { simulations, hot: 0.01, from });
  return { ...found, meter };
};

test("charges the simulations of the chain, its starts among them, and knows what its plan costs", () => {
  for (const from of [undefined, Int32Array.of(0, 1, 0, 1, 0)]) {
    const { groupDevice, cost, meter } = chain(50, from);
    expect(meter.simulations).toBe(50);
    expect(evaluator(scenario).evaluate(planOf(choices, groupDevice)).cost).toBe(cost);
    expect(meter.best?.outcome.cost).toBe(cost);
  }
});

test("is better than its start and than fewer simulations, and the same again", () => {
  const from = Int32Array.of(1, 1, 1, 1, 1);
  const start = chain(1, from);
  expect([...start.groupDevice]).toEqual([...from]);
  const { cost, groupDevice } = chain(60, from);
  expect(cost).toBeLessThan(start.cost);
  expect(chain(60, from)).toMatchObject({ cost, groupDevice });
});

test("ends with the budget, and answers with what it has", () => {
  const { meter, cost } = chain(50, undefined, 10);
  expect(meter.simulations).toBe(10);
  expect(Number.isFinite(cost)).toBe(true);
});

test("ends where no group has a choice", () => {
  const alone = testScenario({ graph: "a 10 1B\nb 20 1B <- a", devices: 1 });
  const meter = metered(evaluator(alone), {});
  const rules = { simulations: 50, hot: 0.01 };
  annealedPlacement(choicesOf(alone, "all"), meter, createRng(1), rules);
  expect(meter.simulations).toBe(1);
});

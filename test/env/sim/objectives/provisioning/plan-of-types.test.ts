import { expect, test } from "vitest";
import { validatePlan } from "../../../../../env/model/plan/plan.ts";
import {
  planOfTypes,
  planOfUnits,
  typesOfPlan,
} from "../../../../../env/sim/objectives/provisioning/plan-of-types.ts";
import { pricedChain } from "../../../../../env/sim/objectives/provisioning/priced-chain.ts";
import { rentedScenario } from "./rented.ts";

const scenario = rentedScenario("plans", { layers: 4, kinds: 2, limits: [4, 4] });
const chain = pricedChain(scenario);

test("Neighbours of one type are a stage with devices of its own", () => {
  const [slow, fast] = chain.types.map(({ devices }) => devices);
  const plan = planOfUnits(chain, [0, 1, 1, 0], [1, fast.length, 1]);
  validatePlan(scenario, plan);
  expect([...plan.stageOf]).toEqual([0, 1, 1, 2]);
  expect(plan.stages.map(({ devices }) => devices)).toEqual([[slow[0]], fast, [slow[1]]]);
});

test("A plan has the types that it was made of", () => {
  for (const types of [
    [0, 0, 0, 0],
    [1, 1, 0, 0],
    [0, 1, 1, 0],
  ]) {
    const plan = planOfTypes(chain, types);
    validatePlan(scenario, plan);
    expect([...typesOfPlan(chain, plan)!]).toEqual(types);
  }
});

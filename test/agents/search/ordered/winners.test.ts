import { expect, test } from "vitest";
import { choicesOf } from "../../../../agents/problems/choices.ts";
import type { Kept } from "../../../../agents/search/groups/ordered-state.ts";
import { createProposals } from "../../../../agents/search/groups/proposals.ts";
import { changes } from "../../../../agents/search/groups/trials.ts";
import { openOrdered } from "../../../../agents/search/ordered/opening.ts";
import { goWithWinners, survivors } from "../../../../agents/search/ordered/winners.ts";
import { createRng, evaluator, metered } from "../../../../env/index.ts";
import { randomScenario } from "../../seeded-scenario.ts";

const kept = (cost: number): Kept => ({
  groupDevice: new Int32Array(1),
  cost,
  opPriority: new Float64Array(1),
  urgency: new Float64Array(1),
  firstUs: new Float64Array(1),
});

test("the worse half is replaced by the better half, and an odd one in the middle stays", () => {
  const costs = (...given: number[]) => survivors(given.map(kept)).map(({ cost }) => cost);
  expect(costs(4, 1, 3, 2)).toEqual([1, 2, 1, 2]);
  expect(costs(5, 1, 4, 2, 3)).toEqual([1, 2, 3, 1, 2]);
  expect(costs(7)).toEqual([7]);
});

test("all walkers take part in every round, and the state ends where the last walker is", async () => {
  const choices = choicesOf(randomScenario(3, { ops: 12 }), "all");
  const meter = metered(evaluator(choices.scenario), { simulations: 10_000 });
  const rng = createRng(1);
  const opening = openOrdered(choices, meter, rng);
  let step = await opening.next();
  while (step.done !== true) step = await opening.next();
  const state = step.value;
  const stretches: number[] = [];
  const steps = 5;
  const trials = changes(state, createProposals(choices, state.urgency, rng));
  const progressOf = (share: number) => {
    stretches.push(share);
    let taken = 0;
    return () => taken++ / steps;
  };
  const before = state.cost;
  let best = before;
  for await (const plan of goWithWinners(state, trials, rng, {
    walkers: 3,
    rounds: 4,
    hot: 0.5,
    cold: 0.01,
    progressOf,
  }))
    best = Math.min(best, evaluator(choices.scenario).evaluate(plan).cost);
  expect(stretches).toEqual(Array.from({ length: 12 }, (_, i) => 1 / (12 - i)));
  expect(best).toBeLessThan(before);
  expect(evaluator(choices.scenario).evaluate(state.snapshot()).cost).toBeCloseTo(state.cost, 6);
});

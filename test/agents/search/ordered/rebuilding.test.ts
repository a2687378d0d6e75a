import fc from "fast-check";
import { expect, test } from "vitest";
import { choicesOf, planOf } from "../../../../agents/problems/choices.ts";
import { drawn } from "../../../../agents/problems/constructions.ts";
import { orderedState } from "../../../../agents/search/groups/ordered-state.ts";
import { mixed, type Trials } from "../../../../agents/search/groups/trials.ts";
import { rebuildsOf } from "../../../../agents/search/ordered/rebuilding.ts";
import { createRemovals } from "../../../../agents/search/ordered/removals.ts";
import { createRng, evaluator, metered } from "../../../../env/index.ts";
import { randomScenario } from "../../seeded-scenario.ts";

const RULE = { blink: 0.2, alpha: 0, noise: 0, pull: 1 };

/** A state on a random scenario, with a meter and a source of rebuilds. */
function rebuilding(seed: number) {
  const scenario = randomScenario(seed, { ops: 12, colocated: 0.2 });
  const choices = choicesOf(scenario, "all");
  const meter = metered(evaluator(scenario), {});
  const rng = createRng(seed);
  const state = orderedState(choices, meter);
  state.reset(drawn(choices, rng));
  const trials = rebuildsOf(state, createRemovals(choices, rng), rng, { most: 6, rule: RULE });
  return { scenario, choices, meter, state, trials };
}

test("a rebuild is one private pass, leaves the state until it is taken, and then is its plan", () => {
  const seen = { evaluated: 0, estimated: 0 };
  fc.assert(
    fc.property(fc.nat(1e6), (seed) => {
      const { scenario, choices, meter, state, trials } = rebuilding(seed);
      const score = evaluator(scenario);
      for (let i = 0; i < 10; i++) {
        const before = state.snapshot();
        const { evaluations, simulations } = meter;
        const bestBefore = meter.best!.outcome.cost;
        const { cost } = trials()!;
        expect(state.snapshot()).toEqual(before);
        const isEvaluated = meter.evaluations - evaluations;
        expect(meter.simulations - simulations - isEvaluated).toBe(1);
        state.take();
        expect(state.cost).toBe(cost);
        const after = state.snapshot();
        expect(after.device).toEqual(planOf(choices, state.groupDevice).device);
        if (isEvaluated === 1) expect(score.evaluate(after).cost).toBe(cost);
        else expect(cost).toBeGreaterThanOrEqual(bestBefore * (1 - 1e-9));
        seen[isEvaluated === 1 ? "evaluated" : "estimated"]++;
      }
    }),
    { numRuns: 40, seed: 8 },
  );
  expect(Math.min(seen.evaluated, seen.estimated)).toBeGreaterThan(40);
});

test("a state goes back to what it kept, at no cost", () => {
  const { meter, state, trials } = rebuilding(5);
  const [kept, plan, cost] = [state.keep(), state.snapshot(), state.cost];
  const [urgency, firstUs] = [state.urgency.slice(), state.firstUs.slice()];
  do {
    trials();
    state.take();
  } while (state.cost === cost);
  const { simulations } = meter;
  state.goBack(kept);
  expect(meter.simulations).toBe(simulations);
  expect(state.snapshot()).toEqual(plan);
  expect(state.cost).toBe(cost);
  expect([state.urgency, state.firstUs]).toEqual([urgency, firstUs]);
});

test("two sources are mixed by the share of the second", () => {
  const from = (cost: number): Trials => {
    return () => ({ cost, learn: () => undefined });
  };
  const mean = (share: number) => {
    const trials = mixed(from(0), from(1), share, createRng(3));
    let sum = 0;
    for (let i = 0; i < 1_000; i++) sum += trials()!.cost;
    return sum / 1_000;
  };
  expect(mean(0)).toBe(0);
  expect(mean(1)).toBe(1);
  expect(Math.abs(mean(0.3) - 0.3)).toBeLessThan(0.05);
});

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { choicesOf, planOf } from "../../../agents/search/choices.ts";
import { arrivalState, orderedState, type PlanState } from "../../../agents/search/plan-state.ts";
import { createProposals } from "../../../agents/search/proposals.ts";
import { createRng, evaluator, groupingOf, metered, type Scenario } from "../../../env/index.ts";
import { randomScenario } from "./random-scenario.ts";

/** Groups of consecutive ops, coarser than the classes. */
function inGroupsOf(size: number, scenario: Scenario): Scenario {
  const label = Int32Array.from({ length: scenario.graph.opCount }, (_, v) => Math.floor(v / size));
  return { ...scenario, grouping: groupingOf(scenario.graph, label) };
}

describe.each([
  ["arrivalState", arrivalState],
  ["orderedState", orderedState],
] as const)("%s", (_, createState) => {
  test("its costs are those of its plans, also over groups that are not the evaluator's", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e6 }), fc.boolean(), (seed, overClasses) => {
        const byClass = randomScenario(seed, { ops: 9, colocated: 0 });
        const scenario = inGroupsOf(3, byClass);
        const score = evaluator(scenario);
        const choices = choicesOf(overClasses ? byClass : scenario, "all");
        const state: PlanState = createState(choices, metered(score, {}));
        const rng = createRng(seed);
        state.reset(Array.from(choices.legal, ([device]) => device));
        const proposals = createProposals(choices, state.urgency, rng);
        const change = { groups: [], devices: [] };
        for (let step = 0; step < 20; step++) {
          if (proposals.draw(state.groupDevice, change) === null) continue;
          const before = state.snapshot();
          const proposed = state.score(change);
          expect(state.snapshot()).toEqual(before);
          if (rng.next() < 0.5) continue;
          state.take();
          expect(state.cost).toBe(proposed);
          expect(score.evaluate(state.snapshot()).cost).toBe(proposed);
          expect(state.snapshot().device).toEqual(planOf(choices, state.groupDevice).device);
        }
      }),
      { numRuns: 40, seed: 3 },
    );
  });
});

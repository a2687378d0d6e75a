import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createListOrder } from "../../../../agents/lists/list-order.ts";
import { choicesOf, planOf } from "../../../../agents/problems/choices.ts";
import { cool } from "../../../../agents/search/groups/cooling.ts";
import { arrivalState, orderedState, type PlanState } from "../../../../agents/search/groups/plan-state.ts";
import { createProposals, type Proposals } from "../../../../agents/search/groups/proposals.ts";
import {
  compile,
  createRng,
  evaluator,
  groupingOf,
  metered,
  placement,
  type Scenario,
  uncounted,
} from "../../../../env/index.ts";
import { randomScenario } from "../random-scenario.ts";

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

test("the guess of a change is the end of its list schedule: a pass, no evaluation, and the present plan stays", () => {
  const scenario = randomScenario(7, { ops: 9, colocated: 0 });
  const choices = choicesOf(scenario, "all");
  const meter = metered(evaluator(scenario), {});
  const state = orderedState(choices, meter);
  state.reset(Array.from(choices.legal, ([device]) => device));
  const before = state.snapshot();
  const change = { groups: [4], devices: [choices.legal[4].at(-1)!] };
  const moved = before.device.slice();
  for (const [v, group] of scenario.grouping.groupOf.entries()) if (group === 4) moved[v] = change.devices[0];
  const order = createListOrder(compile(scenario), uncounted);
  order.of(moved);
  const { evaluations } = meter;
  expect(state.guess!(change)).toBe(order.endUs());
  expect(meter.evaluations).toBe(evaluations);
  expect(state.snapshot()).toEqual(before);
  expect(meter.simulations).toBe(3);
});

test("of several changes drawn annealing scores the one with the best guess", async () => {
  const scored: number[] = [];
  let next = 0;
  const state: PlanState = {
    groupDevice: new Int32Array(1),
    cost: 100,
    urgency: new Float64Array(1),
    reset: () => undefined,
    guess: ({ devices }) => [5, 3, 9, 3][devices[0] % 4],
    score: ({ devices }) => {
      scored.push(devices[0]);
      return 100;
    },
    take: () => undefined,
    snapshot: () => placement([0]),
  };
  const proposals: Proposals = {
    draw: (_, change) => {
      change.groups.splice(0, change.groups.length, 0);
      change.devices.splice(0, change.devices.length, next++);
      return "single";
    },
    learn: () => undefined,
  };
  const progress = () => scored.length / 3;
  for await (const _ of cool(state, proposals, createRng(0), { hot: 0.1, cold: 0.01, progress, draws: 4 }));
  expect(scored).toEqual([1, 5, 9]);
});

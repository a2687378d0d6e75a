import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createListOrder } from "../../../../agents/lists/list-order.ts";
import { type Choices, choicesOf, planOf } from "../../../../agents/problems/choices.ts";
import { cool } from "../../../../agents/search/groups/cooling.ts";
import { orderedState } from "../../../../agents/search/groups/ordered-state.ts";
import { arrivalState, type PlanState } from "../../../../agents/search/groups/plan-state.ts";
import { createProposals, type Proposals } from "../../../../agents/search/groups/proposals.ts";
import { changes } from "../../../../agents/search/groups/trials.ts";
import {
  compile,
  createRng,
  type Evaluator,
  evaluator,
  groupingOf,
  type MeteredEvaluator,
  metered,
  placement,
  type Scenario,
  uncounted,
} from "../../../../env/index.ts";
import { drawn } from "../../../law-runs.ts";
import { randomScenario } from "../../seeded-scenario.ts";

/** Groups of consecutive ops, coarser than the classes. */
function inGroupsOf(size: number, scenario: Scenario): Scenario {
  const label = Int32Array.from({ length: scenario.graph.opCount }, (_, v) => Math.floor(v / size));
  return { ...scenario, grouping: groupingOf(scenario.graph, label) };
}

describe("arrivalState", () => {
  test("its costs are those of its plans, also over groups that are not the evaluator's", () => {
    walk(
      (choices, meter) => arrivalState(choices, meter),
      ({ score, state, proposed }) => {
        expect(state.cost).toBe(proposed);
        expect(score.evaluate(state.snapshot()).cost).toBe(proposed);
      },
    );
  });
});

describe("orderedState", () => {
  test("evaluates every change that may be better than all before, and estimates the others", () => {
    const seen = { evaluated: 0, estimated: 0 };
    walk(
      (choices, meter) => orderedState(choices, meter),
      (step) => {
        const { score, state, proposed, evaluations, bestBefore } = step;
        expect(state.cost).toBe(proposed);
        const cost = score.evaluate(state.snapshot()).cost;
        if (evaluations === 1) {
          seen.evaluated++;
          expect(cost).toBe(proposed);
          return;
        }
        seen.estimated++;
        expect(proposed).toBeGreaterThanOrEqual(bestBefore * (1 - 1e-9));
      },
    );
    expect(Math.min(seen.evaluated, seen.estimated)).toBeGreaterThan(drawn(40));
  });

  test("each change is one private pass", () => {
    walk(
      (choices, meter) => orderedState(choices, meter),
      ({ evaluations, passes }) => {
        expect(passes).toBe(1);
        expect(evaluations).toBeLessThanOrEqual(1);
      },
    );
  });
});

interface Step {
  readonly score: Evaluator;
  readonly state: PlanState;
  /** What the change scored, and what it was charged. */
  readonly proposed: number;
  readonly evaluations: number;
  readonly passes: number;
  /** Cost of the best plan before the change. */
  readonly bestBefore: number;
}

/** Random changes on random scenarios, half of them taken; `onTaken` sees each that was. */
function walk(
  createState: (choices: Choices, meter: MeteredEvaluator) => PlanState,
  onTaken: (step: Step) => void,
): void {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1e6 }), fc.boolean(), (seed, overClasses) => {
      const byClass = randomScenario(seed, { ops: 9, colocated: 0 });
      const scenario = inGroupsOf(3, byClass);
      const score = evaluator(scenario);
      const meter = metered(score, {});
      const choices = choicesOf(overClasses ? byClass : scenario, "all");
      const state = createState(choices, meter);
      const rng = createRng(seed);
      state.reset(Array.from(choices.legal, ([device]) => device));
      const proposals = createProposals(choices, state.urgency, rng);
      const change = { groups: [], devices: [] };
      for (let step = 0; step < 20; step++) {
        if (proposals.draw(state.groupDevice, change) === null) continue;
        const before = state.snapshot();
        const { evaluations, simulations } = meter;
        const bestBefore = meter.best!.outcome.cost;
        const proposed = state.score(change);
        expect(state.snapshot()).toEqual(before);
        if (rng.next() < 0.5) continue;
        const spent = { evaluations: meter.evaluations - evaluations, all: meter.simulations - simulations };
        state.take();
        expect(state.snapshot().device).toEqual(planOf(choices, state.groupDevice).device);
        const passes = spent.all - spent.evaluations;
        onTaken({ score, state, proposed, evaluations: spent.evaluations, passes, bestBefore });
      }
    }),
    { numRuns: drawn(40), seed: 3 },
  );
}

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
  for await (const _ of cool(state, changes(state, proposals, 4), createRng(0), {
    hot: 0.1,
    cold: 0.01,
    progress,
  }));
  expect(scored).toEqual([1, 5, 9]);
});

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { splitProblem } from "../../../../agents/problems/split/split-problem.ts";
import { createElementMoves } from "../../../../agents/search/elements/assignment-moves.ts";
import type { AssignmentState } from "../../../../agents/search/elements/assignment-state.ts";
import { createLatencyState } from "../../../../agents/search/elements/latency-state.ts";
import { createMaxLoadState } from "../../../../agents/search/elements/max-load-state.ts";
import { packedByMemory } from "../../../../agents/search/elements/packed-start.ts";
import {
  createRng,
  evaluator,
  type Objective,
  placement,
  type Scenario,
  uncounted,
} from "../../../../env/index.ts";
import { colocated } from "../../../../env/model/layers/elements.ts";
import { drawn } from "../../../law-runs.ts";
import { randomSplit } from "../../exact/random-split.ts";

const states: readonly (readonly [Objective, typeof createLatencyState])[] = [
  ["max-load", createMaxLoadState],
  ["latency", createLatencyState],
];
const scenarios = randomSplit({ maxOps: 12, maxClasses: 6, maxAccelerators: 3 });

describe.each(states)("the state of a search for %s", (objective, create) => {
  const stateOf = (drawn: Scenario): AssignmentState | null => {
    const problem = splitProblem({ ...drawn, objective }, colocated(drawn));
    const start = packedByMemory(problem);
    if (start === null) return null;
    const state = create(problem, uncounted);
    state.reset(start);
    return state;
  };
  const scored = ({ problem, deviceOf }: AssignmentState) =>
    evaluator(problem.scenario).evaluate(placement(problem.elements.of.map((v) => deviceOf[v])));

  test("equals the evaluator after any proposals, made or taken back, and never exceeds the memory", () => {
    let compared = 0;
    fc.assert(
      fc.property(scenarios, fc.integer(), (drawn, seed) => {
        const state = stateOf(drawn);
        if (state === null || state.deviceCount < 2) return;
        compared++;
        const rng = createRng(seed);
        const moves = createElementMoves(state, rng);
        for (let i = 0; i < 30; i++) {
          if (!moves.make() || rng.next() < 0.3) moves.undo();
          state.energy();
          const outcome = scored(state);
          expect(outcome.feasible).toBe(true);
          expect(state.valueUs).toBeCloseTo(outcome.value!, 9);
        }
      }),
      { numRuns: drawn(40), seed: 2 },
    );
    expect(compared).toBeGreaterThan(drawn(20));
  });

  test("is exactly what it was after a proposal was taken back", () => {
    let compared = 0;
    fc.assert(
      fc.property(scenarios, fc.integer(), (drawn, seed) => {
        const state = stateOf(drawn);
        if (state === null || state.deviceCount < 2) return;
        compared++;
        const moves = createElementMoves(state, createRng(seed));
        for (let i = 0; i < 10; i++) moves.make();
        const before = { energy: state.energy(), value: state.valueUs, deviceOf: [...state.deviceOf] };
        moves.make();
        moves.undo();
        expect({ energy: state.energy(), value: state.valueUs, deviceOf: [...state.deviceOf] }).toEqual(
          before,
        );
      }),
      { numRuns: drawn(40), seed: 3 },
    );
    expect(compared).toBeGreaterThan(drawn(20));
  });
});

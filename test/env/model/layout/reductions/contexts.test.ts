import { describe, expect, test } from "vitest";
import { createRng } from "../../../../../env/index.ts";
import {
  afterProgram,
  afterStep,
  contextLevels,
  isReduced,
  type ReductionState,
  startOf,
} from "../../../../../env/model/layout/reductions/contexts.ts";
import { heldAfter, heldAtFirst } from "../../../../../env/model/layout/reductions/held-chunks.ts";
import { reductionSpace, START } from "../../../../../env/model/layout/reductions/space.ts";
import {
  possibleSteps,
  type ReductionCollective,
  stepText,
} from "../../../../../env/model/layout/reductions/steps.ts";

test("a step that would add a contribution twice, or lose one, is refused", () => {
  const levels = [2, 2];
  const step = (collective: ReductionCollective, from: number, to: number) =>
    ({ collective, from, to, leadersOnly: false }) as const;
  const start = startOf(levels);
  const halves = afterStep(levels, start, step("all-reduce", 1, 2))!;
  expect(afterStep(levels, halves, step("all-reduce", 1, 2))).toBeNull();
  expect(afterStep(levels, halves, step("all-reduce", 0, 2))).toBeNull();
  expect(afterStep(levels, start, step("all-gather", 0, 2))).toBeNull();
  expect(afterStep(levels, start, step("broadcast", 0, 2))).toBeNull();
});

test("an all-gather that does not mirror its reduce-scatter is refused", () => {
  const scatter = (from: number, to: number) =>
    ({ collective: "reduce-scatter", from, to, leadersOnly: false }) as const;
  const gather = { ...scatter(0, 1), collective: "all-gather" } as const;
  expect(afterProgram([4, 8], [scatter(1, 2), scatter(0, 1), gather])).not.toBeNull();
  expect(afterProgram([4, 8], [scatter(1, 2), gather])).toBeNull();
});

describe("levels of two stand for levels of any size", () => {
  const RUNS = 60;

  test.each([[[3]], [[2, 3]], [[4, 2]], [[3, 3]], [[2, 3, 2]], [[4, 1, 3]], [[2, 2, 4]]])(
    "%j: random sequences are legal, reduced and held alike",
    (levels) => {
      const rng = createRng(`contexts ${levels.join()}`);
      const small = contextLevels(levels);
      const steps = possibleSteps(levels);
      const differing: string[] = [];
      let [legal, reduced] = [0, 0];
      for (let run = 0; run < RUNS; run++) {
        let state = startOf(levels);
        let twos = startOf(small);
        let held = heldAtFirst(levels);
        for (let i = 0; i < 4; i++) {
          const onTwos = steps.map((step) => afterStep(small, twos, step));
          const onAll = steps.map((step) => afterStep(levels, state, step));
          for (const [at, step] of steps.entries())
            if ((onTwos[at] === null) !== (onAll[at] === null)) differing.push(stepText(step));
          const possible = [...steps.keys()].filter((at) => onTwos[at] !== null && onAll[at] !== null);
          if (possible.length === 0) break;
          const at = possible[rng.int(possible.length)];
          held = heldAfter(levels, held, steps[at]);
          [state, twos] = [onAll[at]!, onTwos[at]!];
          legal++;
          if (held.join() !== chunksOf(state).join()) differing.push(`${stepText(steps[at])}: chunks`);
          if (isReduced(state) !== isReduced(twos)) differing.push(`${stepText(steps[at])}: sum`);
          if (isReduced(state)) reduced++;
        }
      }
      expect(differing).toEqual([]);
      expect(legal).toBeGreaterThan(RUNS);
      expect(reduced).toBeGreaterThan(2);
    },
  );
});

/** Chunks that each member holds. */
function chunksOf(state: ReductionState): number[] {
  const count = Math.sqrt(state.length);
  return Array.from({ length: count }, (_, member) =>
    state.subarray(member * count, (member + 1) * count).reduce((held, bits) => held + Number(bits !== 0), 0),
  );
}

test("so many steps are enough where a sequence of them leads to the sum", () => {
  const space = reductionSpace([2, 2]);
  const found = (state: number, left: number): boolean =>
    space.isReduced(state) ||
    (left > 0 &&
      space.steps.some((_, step) => {
        const next = space.after(state, step);
        return next !== -1 && found(next, left - 1);
      }));
  const states = new Set([START]);
  for (const state of states)
    for (let step = 0; step < space.steps.length; step++) {
      const next = space.after(state, step);
      if (next !== -1 && states.size < 60) states.add(next);
    }
  for (const state of states)
    for (let left = 0; left <= 3; left++) expect(space.reaches(state, left)).toBe(found(state, left));
});

/**
 * Synthesis of reduction programs (Xie et al., MLSys 2022, "P2"): sequences of at most so many
 * legal steps that leave the whole sum on every member (env/model/layout/reductions).
 */
import { heldAfter, heldAtFirst } from "../../../../env/model/layout/reductions/held-chunks.ts";
import { reductionSpace, START } from "../../../../env/model/layout/reductions/space.ts";
import { MOST_STEPS, type ReductionProgram } from "../../../../env/model/layout/reductions/steps.ts";
import type { StepPrice } from "../../../problems/sharding/reductions/step-times.ts";

/** All of them: shorter programs first, among equals in the order of their steps. */
export function reductionPrograms(levels: readonly number[], mostSteps = MOST_STEPS): ReductionProgram[] {
  const space = reductionSpace(levels);
  const completions = (state: number, left: number): ReductionProgram[] => {
    if (space.isReduced(state)) return [[]];
    return space.steps.flatMap((step, i) => {
      const next = space.after(state, i);
      if (next === -1 || !space.reaches(next, left - 1)) return [];
      return completions(next, left - 1).map((rest) => [step, ...rest]);
    });
  };
  if (!space.reaches(START, mostSteps)) return [];
  return completions(START, mostSteps).sort((a, b) => a.length - b.length);
}

export interface PricedProgram {
  readonly program: ReductionProgram;
  readonly cost: number;
}

/**
 * The program of least cost, of equal ones the shortest. Each state is looked at once for each
 * number of steps left, since members hold as many chunks in equal states. Pre: several members.
 */
export function bestProgram(
  levels: readonly number[],
  price: StepPrice,
  mostSteps = MOST_STEPS,
): PricedProgram {
  const space = reductionSpace(levels);
  const known = new Map<number, PricedProgram>();
  /** Pre: so many steps are enough. */
  const best = (state: number, held: readonly number[], left: number): PricedProgram => {
    if (space.isReduced(state)) return { program: [], cost: 0 };
    const key = state * (mostSteps + 1) + left;
    const before = known.get(key);
    if (before !== undefined) return before;
    let least: PricedProgram | null = null;
    for (const [i, step] of space.steps.entries()) {
      const next = space.after(state, i);
      if (next === -1 || !space.reaches(next, left - 1)) continue;
      const rest = best(next, heldAfter(levels, held, step), left - 1);
      const own = { program: [step, ...rest.program], cost: price(step, held) + rest.cost };
      if (least === null || isBetter(own, least)) least = own;
    }
    known.set(key, least!);
    return least!;
  };
  return best(START, heldAtFirst(levels), mostSteps);
}

/** Costs that differ by rounding alone are equal. */
const SAME = 1e-12;

function isBetter(one: PricedProgram, other: PricedProgram): boolean {
  if (Math.abs(one.cost - other.cost) > SAME * other.cost) return one.cost < other.cost;
  return one.program.length < other.program.length;
}

/** What a legal program costs, step by step. */
export function programCost(levels: readonly number[], program: ReductionProgram, price: StepPrice): number {
  let held = heldAtFirst(levels);
  let cost = 0;
  for (const step of program) {
    cost += price(step, held);
    held = heldAfter(levels, held, step);
  }
  return cost;
}

/**
 * `Trials`: what a search tries next on its state, scored and not yet taken. Searches differ in
 * where their trials come from. Here are changes of operators (proposals.ts); search/ordered has
 * schedules that decide groups again, and `mixed` draws between two sources.
 */
import type { Rng } from "../../../env/model/rng.ts";
import type { PlanState } from "./plan-state.ts";
import type { Change, Operator, Proposals } from "./proposals.ts";

export interface Trial {
  /** Cost of the state with the trial, which `PlanState.take` makes. */
  readonly cost: number;
  /** Says whether it was an improvement, to what drew it. */
  learn(improved: number): void;
}

/** Null where nothing was proposed; that costs nothing. */
export type Trials = () => Trial | null;

/**
 * Changes of operators. Of `draws` changes the one with the best guess is scored, where the state
 * can guess.
 */
export function changes(state: PlanState, proposals: Proposals, draws = 1): Trials {
  const change: Change = { groups: [], devices: [] };
  return () => {
    const operator = drawBest(state, proposals, draws, change);
    if (operator === null) return null;
    const before = state.cost;
    const cost = state.score(change);
    return { cost, learn: (improved) => proposals.learn(operator, improved, cost / before - 1) };
  };
}

/** The second source with chance `share`, else the first. */
export const mixed = (first: Trials, second: Trials, share: number, rng: Rng): Trials =>
  share === 0 ? first : () => (rng.next() < share ? second() : first());

/**
 * Draws several changes and leaves the one that the state's private model finds best in `change`.
 */
function drawBest(state: PlanState, proposals: Proposals, draws: number, change: Change): Operator | null {
  if (draws === 1 || state.guess === undefined) return proposals.draw(state.groupDevice, change);
  const drawn: Change = { groups: [], devices: [] };
  let best: Operator | null = null;
  let bestGuess = Number.POSITIVE_INFINITY;
  for (let i = 0; i < draws; i++) {
    const operator = proposals.draw(state.groupDevice, drawn);
    if (operator === null) continue;
    const guess = state.guess(drawn);
    if (best !== null && guess >= bestGuess) continue;
    best = operator;
    bestGuess = guess;
    copyChange(drawn, change);
  }
  return best;
}

function copyChange(from: Change, to: Change): void {
  to.groups.splice(0, to.groups.length, ...from.groups);
  to.devices.splice(0, to.devices.length, ...from.devices);
}

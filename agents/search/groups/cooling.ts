/**
 * Simulated annealing (Kirkpatrick, Gelatt, Vecchi, Science 1983) over the trials of a state. The
 * temperature falls geometrically from `hot` to `cold` over the round. Both are shares of the
 * present cost, so multiplying all times by a constant changes no decision.
 *
 * Yields a plan whenever it is better than all before in the round. Ends with the round; a refusal
 * of the evaluator passes through.
 */

import type { Placement } from "../../../env/model/plan/placement.ts";
import type { Rng } from "../../../env/model/rng.ts";
import type { MeteredEvaluator } from "../../../env/sim/evaluator/meter.ts";
import { yieldEvery } from "../../event-loop.ts";
import type { PlanState } from "./plan-state.ts";
import type { Trials } from "./trials.ts";

export interface Cooling {
  /**
   * Temperatures as shares of the present cost: a plan worse by this share is accepted 1 in e
   * times.
   */
  readonly hot: number;
  readonly cold: number;
  /** Share of the round that is spent, from 0; the round ends at 1. */
  readonly progress: () => number;
}

export interface Found {
  readonly groupDevice: Int32Array;
  readonly cost: number;
}

/** Draws in a row without a trial before a chain ends: then no choices are left. */
export const MOST_IDLE_DRAWS = 10_000;

/** In units of the cost, when this share of the chain is spent. */
export const temperatureAt = (
  cost: number,
  { hot, cold }: Omit<Cooling, "progress">,
  share: number,
): number => cost * hot * (cold / hot) ** share;

export async function* cool(
  state: PlanState,
  trials: Trials,
  rng: Rng,
  { hot, cold, progress }: Cooling,
): AsyncGenerator<Placement, Found> {
  const yieldNow = yieldEvery(64);
  let best: Found = { groupDevice: state.groupDevice.slice(), cost: state.cost };
  let idle = 0;
  for (;;) {
    await yieldNow();
    const share = progress();
    if (share >= 1) return best;
    const trial = trials();
    if (trial === null) {
      if (++idle === MOST_IDLE_DRAWS) return best;
      continue;
    }
    idle = 0;
    const before = state.cost;
    const after = trial.cost;
    trial.learn(after < before ? 1 : 0);
    const temperature = temperatureAt(before, { hot, cold }, share);
    if (after > before && rng.next() >= Math.exp((before - after) / temperature)) continue;
    state.take();
    if (after >= best.cost) continue;
    best = { groupDevice: state.groupDevice.slice(), cost: after };
    yield state.snapshot();
  }
}

/** Evaluations of a round where the budget does not count evaluations. */
const ENDLESS_ROUND = 10_000;

/**
 * Share of a round that is spent. The round may take `share` of what the evaluator has left, in
 * evaluations or seconds.
 */
export function budgetProgress(evaluator: MeteredEvaluator, share: number): () => number {
  const { seconds = Number.POSITIVE_INFINITY } = evaluator.budget;
  const [firstSpent, firstSeconds] = [evaluator.spent, evaluator.elapsedSeconds];
  const secondsLeft = share * (seconds - firstSeconds);
  const left =
    secondsLeft === Number.POSITIVE_INFINITY
      ? share * Math.min(evaluator.remaining, ENDLESS_ROUND)
      : share * evaluator.remaining;
  return () =>
    Math.max((evaluator.spent - firstSpent) / left, (evaluator.elapsedSeconds - firstSeconds) / secondsLeft);
}

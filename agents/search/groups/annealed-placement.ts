/**
 * A placement by simulated annealing over group moves, made at once: what policies are taught to
 * imitate. It is the chain of cooling.ts, from one device or from a given placement.
 */
import type { Rng } from "../../../env/model/rng.ts";
import { BudgetExhausted } from "../../../env/sim/evaluator/budget.ts";
import type { MeteredEvaluator } from "../../../env/sim/evaluator/meter.ts";
import { type Choices, planOf } from "../../problems/choices.ts";
import { type Found, MOST_IDLE_DRAWS, temperatureAt } from "./cooling.ts";
import { hasMoves } from "./metropolis.ts";
import { arrivalState } from "./plan-state.ts";
import { createProposals } from "./proposals.ts";
import { startPlan } from "./starts.ts";
import { changes, type Trials } from "./trials.ts";

export interface AnnealedRules {
  /** Of the whole chain, its start included. */
  readonly simulations: number;
  /** First temperature, a share of the present cost. */
  readonly hot: number;
  /** Device of each group at the start; the best single device without it. */
  readonly from?: Int32Array;
}

/** Last temperature, a share of the present cost. */
const COLD = 0.0005;
/** First temperature of a correction, so low that it stays near its start. */
const CORRECTION_HOT = 0.001;

/**
 * The best placement of the chain. It ends sooner where the evaluator has fewer simulations left.
 * Throws `BudgetExhausted` where it cannot score its start.
 */
export function annealedPlacement(
  choices: Choices,
  evaluator: MeteredEvaluator,
  rng: Rng,
  { simulations, hot, from }: AnnealedRules,
): Found {
  const before = evaluator.simulations;
  const start = from === undefined ? startPlan("single-device", choices, evaluator, rng) : scored(from);
  if (!hasMoves(choices)) return start;
  const state = arrivalState(choices, evaluator);
  state.resume(start.groupDevice, start.cost);
  const trials = changes(state, createProposals(choices, state.urgency, rng));
  const steps = simulations - (evaluator.simulations - before);
  let best: Found = start;
  try {
    for (let step = 0; step < steps; step++) {
      const trial = drawn(trials);
      if (trial === null) break;
      const improves = trial.cost < state.cost;
      trial.learn(improves ? 1 : 0);
      const temperature = temperatureAt(state.cost, { hot, cold: COLD }, step / steps);
      if (!improves && rng.next() >= Math.exp((state.cost - trial.cost) / temperature)) continue;
      state.take();
      if (state.cost < best.cost) best = { groupDevice: state.groupDevice.slice(), cost: state.cost };
    }
  } catch (error) {
    if (!(error instanceof BudgetExhausted)) throw error;
  }
  return best;

  function scored(groupDevice: Int32Array): Found {
    return { groupDevice, cost: evaluator.evaluate(planOf(choices, groupDevice)).cost };
  }
}

/** What a short, cold chain makes of a placement: the label of expert iteration. */
export const correctedPlacement = (
  choices: Choices,
  evaluator: MeteredEvaluator,
  rng: Rng,
  given: { readonly from: Int32Array; readonly simulations: number },
): Int32Array => annealedPlacement(choices, evaluator, rng, { ...given, hot: CORRECTION_HOT }).groupDevice;

/** The next trial; null where there are no choices left. */
function drawn(trials: Trials): ReturnType<Trials> {
  for (let idle = 0; idle < MOST_IDLE_DRAWS; idle++) {
    const trial = trials();
    if (trial !== null) return trial;
  }
  return null;
}

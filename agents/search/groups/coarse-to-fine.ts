/**
 * Refinement of a plan from coarse to fine, as multilevel methods uncoarsen a graph (Hendrickson
 * and Leland, SC 1995). Large groups move between devices first, then smaller and smaller ones, and
 * at last single co-location classes. Each level is a short annealing over placements that each
 * keep the order of their own list schedule, cooler than the level before.
 *
 * Post: every yielded plan is better than all plans that the evaluator has seen before it.
 */

import { colocationGrouping, type Grouping } from "../../../env/model/coarsen/grouping.ts";
import { supportOf } from "../../../env/model/coarsen/quotient.ts";
import { coarsen } from "../../../env/model/coarsen/rules.ts";
import type { Placement } from "../../../env/model/plan/placement.ts";
import { asPlacement } from "../../../env/model/plan/plan.ts";
import type { Rng } from "../../../env/model/rng.ts";
import type { Scenario } from "../../../env/model/scenario.ts";
import type { MeteredEvaluator } from "../../../env/sim/evaluator/meter.ts";
import { type Choices, choicesOf, planOf } from "../../problems/choices.ts";
import { scoreStarts } from "./best-starts.ts";
import { cool } from "./cooling.ts";
import { hasMoves } from "./metropolis.ts";
import { orderedState } from "./ordered-state.ts";
import { createProposals } from "./proposals.ts";
import { changes } from "./trials.ts";

export interface Refinement {
  /**
   * The fewest groups of a level. Each level has twice as many as the one before; the last one has
   * single classes.
   */
  readonly coarsest: number;
  /** The most that all levels may spend together. */
  readonly most: number;
  /**
   * Plans to start from in addition to the best one so far. Each level takes the best of them under
   * its own groups and order.
   */
  readonly from: readonly Placement[];
  /** Ends the refinement when it returns true. */
  readonly isDone: () => boolean;
}

/** Groups of a level over those of the level before. */
const FINER = 2;
/**
 * First and last temperature of the coarsest level as shares of the cost, and how much cooler the
 * finest level is.
 */
const HOT = 0.01;
const COLD = 0.0005;
const FINEST = 0.05;

/** Pre: the objective is the makespan, and the evaluator has a best plan. */
export async function* refine(
  scenario: Scenario,
  evaluator: MeteredEvaluator,
  rng: Rng,
  { coarsest, most, from, isDone }: Refinement,
): AsyncGenerator<Placement, void> {
  const last = evaluator.spent + Math.min(most, evaluator.remaining);
  const levels = levelsOf(scenario, coarsest);
  let carried = from;
  for (const [number, grouping] of levels.entries()) {
    if (isDone() || evaluator.exhausted) return;
    const left = levels.length - 1 - number;
    const choices = choicesOf({ ...scenario, grouping }, left === 0 ? "all" : "accelerators");
    const share = Math.floor((last - evaluator.spent) / (left + 1));
    const plans = [asPlacement(evaluator.best!.plan), ...carried];
    if (!hasMoves(choices) || share <= plans.length) continue;
    const cooler = FINEST ** (number / Math.max(1, levels.length - 1));
    const plan = yield* refineLevel(choices, evaluator, rng, {
      plans,
      until: evaluator.spent + share,
      cooler,
      isDone,
    });
    carried = [plan];
  }
}

interface Level {
  readonly plans: readonly Placement[];
  /** Evaluations spent where the level ends. */
  readonly until: number;
  readonly cooler: number;
  readonly isDone: () => boolean;
}

/** Returns the best plan of the level, in its own groups and order. */
async function* refineLevel(
  choices: Choices,
  evaluator: MeteredEvaluator,
  rng: Rng,
  { plans, until, cooler, isDone }: Level,
): AsyncGenerator<Placement, Placement> {
  const state = orderedState(choices, evaluator);
  const start = (yield* scoreStarts(choices, state, plans, evaluator))!;
  if (start.cost < state.cost) state.reset(start.groupDevice);
  let shown = evaluator.best!.outcome.cost;

  const first = evaluator.spent;
  const progress = () => (isDone() || evaluator.exhausted ? 1 : (evaluator.spent - first) / (until - first));
  const temperatures = { hot: HOT * cooler, cold: COLD * cooler };
  const trials = changes(state, createProposals(choices, state.urgency, rng));
  const steps = cool(state, trials, rng, { ...temperatures, progress });
  for (;;) {
    const { done, value } = await steps.next();
    if (done === true) return planOf(choices, value.groupDevice);
    if (state.cost < shown) yield value;
    shown = Math.min(shown, state.cost);
  }
}

/** Groupings from coarse to fine, the last of single co-location classes. */
function levelsOf({ graph }: Scenario, coarsest: number): Grouping[] {
  const levels = [colocationGrouping(graph)];
  // Ops that different kinds of device run stay apart.
  const kinds = new Set(supportOf(graph, levels[0])).size;
  for (let groups = levels[0].groupCount / FINER; groups >= Math.max(coarsest, kinds); groups /= FINER)
    levels.unshift(coarsen(graph, "placement", Math.round(groups)));
  return levels;
}

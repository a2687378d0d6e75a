/**
 * Search over pipeline plans by small changes (changes.ts). A change is kept where the plan gets
 * worse by no more than the temperature, which falls to zero over the budget. Equal plans are
 * scored once.
 */

import type { LayerChain } from "../../../env/model/layers/layer-chain.ts";
import { type StagePlan, stagePlan } from "../../../env/model/layers/stage-plan.ts";
import { leaderStages } from "../../../env/model/plan/inside.ts";
import type { Plan } from "../../../env/model/plan/plan.ts";
import type { Rng } from "../../../env/model/rng.ts";
import { refusalOfSchedule, shapeOf } from "../../../env/model/schedule/index.ts";
import type { MeteredEvaluator } from "../../../env/sim/evaluator/meter.ts";
import { PlanTooLarge } from "../../../env/sim/lower/size.ts";
import { yieldEvery } from "../../event-loop.ts";
import { type ChangeLimits, changedPlan } from "./changes.ts";

export interface ScoredStages {
  readonly plan: StagePlan;
  readonly cost: number;
}

export interface ClimbOptions extends ChangeLimits {
  /** First temperature, as a share of the cost. */
  readonly hot: number;
}

/** Changes in a row that were scored before, after which nothing new is near. */
const MOST_KNOWN = 200;
const STEPS_WITHOUT_EVENTS = 8;

/**
 * Goes on until the budget ends or nothing new is near; yields plans better than all before and
 * returns the best one.
 */
export async function* climb(
  chain: LayerChain,
  start: ScoredStages,
  evaluator: MeteredEvaluator,
  rng: Rng,
  options: ClimbOptions,
): AsyncGenerator<Plan, ScoredStages> {
  const known = new Map([[keyOf(start.plan), start.cost]]);
  const first = evaluator.remaining;
  let current = start;
  let best = start;
  let repeated = 0;
  const eventTurn = yieldEvery(STEPS_WITHOUT_EVENTS);
  while (!evaluator.exhausted && repeated < MOST_KNOWN) {
    await eventTurn();
    const changed = changedPlan(current.plan, rng, options);
    if (changed === null) return best;
    const key = keyOf(changed);
    repeated = known.has(key) ? repeated + 1 : 0;
    const cost = known.get(key) ?? scored(chain, changed, evaluator).cost;
    known.set(key, cost);
    const temperature = Number.isFinite(first) ? (options.hot * evaluator.remaining) / first : options.hot;
    if (cost > current.cost * (1 - temperature * Math.log(Math.max(rng.next(), 1e-9)))) continue;
    current = { plan: changed, cost };
    if (cost >= best.cost) continue;
    best = current;
    yield stagePlan(chain, changed);
  }
  return best;
}

/** Infinite cost is where the schedule does not suit a plan, or it is too large to simulate. */
export function scored(chain: LayerChain, plan: StagePlan, evaluator: MeteredEvaluator) {
  const shape = shapeOf(chain.scenario.cluster, { ...plan, stages: leaderStages(plan.stages) });
  const refusal = refusalOfSchedule(plan.schedule, shape);
  if (refusal !== null) return UNSCORED;
  try {
    const { cost, feasible } = evaluator.evaluate(stagePlan(chain, plan));
    return { cost, isFeasible: feasible };
  } catch (error) {
    if (error instanceof PlanTooLarge) return UNSCORED;
    throw error;
  }
}

const UNSCORED = { cost: Number.POSITIVE_INFINITY, isFeasible: false };

/** A text that is equal for plans that score alike. */
export const keyOf = ({ stages, microBatches, schedule }: StagePlan): string =>
  JSON.stringify([
    stages.map(({ from, devices, recompute, inside }) => [from, devices, recompute === true, inside]),
    microBatches,
    schedule,
  ]);

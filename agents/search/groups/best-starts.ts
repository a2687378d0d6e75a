/**
 * The first plans of `best`: what every quick planner of the registry finds, each within a small
 * share of the budget. A new planner takes part once it is registered. A planner that fails is
 * skipped.
 */

import type { Placement } from "../../../env/model/plan/placement.ts";
import type { Plan } from "../../../env/model/plan/plan.ts";
import type { Rng } from "../../../env/model/rng.ts";
import type { Scenario } from "../../../env/model/scenario.ts";
import { BudgetExhausted } from "../../../env/sim/evaluator/budget.ts";
import { allowance, type MeteredEvaluator } from "../../../env/sim/evaluator/meter.ts";
import { type PlannerModule, type PlannerReport, refusalOf } from "../../contract.ts";
import type { Choices } from "../../problems/choices.ts";
import type { Found } from "./cooling.ts";
import type { PlanState } from "./plan-state.ts";

export interface StartingPlan<P extends Plan = Placement> {
  readonly plan: P;
  readonly cost: number;
}

/** What a planner found and reported; `plan` is null where it found none. */
export interface Attempt {
  readonly start: StartingPlan<Plan> | null;
  readonly report: PlannerReport;
}

/** A planner and its options that differ from the defaults. */
export interface Configured {
  readonly module: PlannerModule;
  readonly options: Readonly<Record<string, unknown>>;
}

/** Runs a planner for at most `amount` of the budget; yields its plans that beat all before. */
export async function* attempt(
  { module, options }: Configured,
  scenario: Scenario,
  evaluator: MeteredEvaluator,
  rng: Rng,
  amount: number,
): AsyncGenerator<Plan, Attempt> {
  const parsed = module.options.parse(options);
  if (refusalOf(module, parsed, scenario) !== null) return { start: null, report: {} };
  let start: StartingPlan<Plan> | null = null;
  const allowed = allowance(evaluator, amount, ({ cost }, planOf) => {
    if (start === null || cost < start.cost) start = { plan: planOf(), cost };
  });
  const plans = module.create(parsed).plan(scenario, allowed, rng.child(module.card.id));
  let report: PlannerReport = {};
  try {
    for (;;) {
      const before = evaluator.best;
      const { done, value } = await plans.next();
      if (evaluator.best !== before && evaluator.best !== null) yield evaluator.best.plan;
      if (done !== true) continue;
      report = value ?? {};
      break;
    }
  } catch (error) {
    if (!(error instanceof BudgetExhausted) || evaluator.exhausted) throw error;
  } finally {
    await plans.return(undefined);
  }
  return { start, report };
}

/**
 * One device for each group. A group that the plan splits gets the device with most of its ops, if
 * that device runs them all.
 */
export function nearestGroupDevices(
  { scenario, legal, deviceCount }: Choices,
  { device }: Placement,
): Int32Array {
  const { memberStart, members } = scenario.grouping;
  const votes = new Int32Array(deviceCount);
  return Int32Array.from(legal, (devices, group) => {
    votes.fill(0);
    for (let i = memberStart[group]; i < memberStart[group + 1]; i++) votes[device[members[i]]]++;
    let nearest = -1;
    for (let d = 0; d < deviceCount; d++)
      if (votes[d] > 0 && (nearest === -1 || votes[d] > votes[nearest])) nearest = d;
    // A pool leaves devices out, but not those that a good start uses.
    const isLegal =
      devices.includes(nearest) || votes[nearest] === memberStart[group + 1] - memberStart[group];
    return isLegal ? nearest : devices[0];
  });
}

/**
 * Scores each plan and yields those better than all that the evaluator has seen. Returns the best,
 * the first of equal ones; null without plans.
 */
export function* scoreStarts(
  choices: Choices,
  state: PlanState,
  plans: Iterable<Placement>,
  evaluator: MeteredEvaluator,
): Generator<Placement, Found | null> {
  let best: Found | null = null;
  for (const plan of plans) {
    const beforeCost = evaluator.best?.outcome.cost ?? Number.POSITIVE_INFINITY;
    state.reset(nearestGroupDevices(choices, plan));
    if (best === null || state.cost < best.cost)
      best = { groupDevice: state.groupDevice.slice(), cost: state.cost };
    if (state.cost < beforeCost) yield state.snapshot();
  }
  return best;
}

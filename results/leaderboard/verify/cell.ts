/**
 * Whether one cell of an entry is true. The fast simulator scores its plan again. All else that it
 * says must follow from the plan, its curve and the budget.
 *
 * What no plan can prove stays the author's word: that the evaluations which the curve counts were
 * all that there were. `replay.ts` runs the cell again.
 */
import { InputError } from "../../../env/model/errors.ts";
import { asPlacement, type Plan, planFromJson } from "../../../env/model/plan/plan.ts";
import type { Budget } from "../../../env/sim/evaluator/budget.ts";
import { gapOf, type Outcome } from "../../../env/sim/evaluator/contract.ts";
import type { EntryCell, Track } from "../contract.ts";
import { contiguityFault } from "../tracks/contiguous.ts";
import { budgetText } from "../tracks/tracks.ts";
import { ROUNDING, verifyCurve } from "./curve.ts";
import type { Judged } from "./judge.ts";

export interface CellContext {
  readonly judged: Judged;
  readonly track: Track;
  readonly budget: Budget;
  /** Begins every sentence. */
  readonly where: string;
}

/** The plan, null without one. Throws one `InputError` sentence where the cell is not true. */
export function verifyCell(cell: EntryCell, context: CellContext): Plan | null {
  verifyCounts(cell, context);
  verifyBound(cell, context);
  const { judged, where } = context;
  if (cell.plan === null) {
    verifyNoPlan(cell, where);
    return null;
  }
  if (cell.feasible && cell.failure !== null)
    throw new InputError(`${where} has a plan that fits, and a reason for having none.`);
  const plan = planFromJson(judged.scenario, cell.plan, `${where}: the plan`);
  const outcome = scored(judged, plan, where);
  verifyValue(cell, outcome, where);
  verifyRule(plan, cell, context);
  verifyCurve(cell, outcome, { where, bound: judged.bound.value, ceiling: judged.evaluator.ceiling });
  return plan;
}

function scored({ evaluator }: Judged, plan: Plan, where: string): Outcome {
  try {
    return evaluator.evaluate(plan);
  } catch (error) {
    throw error instanceof InputError ? new InputError(`${where}: ${error.message}`) : error;
  }
}

function verifyValue({ value, feasible }: EntryCell, outcome: Outcome, where: string): void {
  if (feasible !== outcome.feasible)
    throw new InputError(
      `${where} says that its plan ${feasible ? "fits" : "does not fit"}, but it ${outcome.feasible ? "does" : "does not fit in memory"}.`,
    );
  if (value !== outcome.value)
    throw new InputError(
      `${where} claims the value ${value}, but its plan has ${outcome.value === null ? "none" : outcome.value}.`,
    );
}

function verifyNoPlan(
  { value, feasible, curve, failure, bestEvaluation, bestSimulation }: EntryCell,
  where: string,
) {
  if (value !== null || feasible) throw new InputError(`${where} claims the value ${value} without a plan.`);
  if (curve.length > 0 || bestEvaluation !== null || bestSimulation !== null)
    throw new InputError(`${where} has a curve, but no plan at its end.`);
  if (failure === null) throw new InputError(`${where} has neither a plan nor a reason for having none.`);
}

function verifyRule(plan: Plan, { value }: EntryCell, { track, judged, where }: CellContext): void {
  if (!track.answers.includes(plan.kind))
    throw new InputError(`${where}: the plan is a ${plan.kind}, expected ${track.answers.join(" or ")}.`);
  if (track.rule !== "contiguous" || value === null) return;
  const fault = contiguityFault(judged.scenario, asPlacement(plan).device);
  if (fault !== null) throw new InputError(`${where}: the plan is not contiguous, since ${fault}.`);
}

function verifyCounts({ evaluations, simulations, ended }: EntryCell, { budget, where }: CellContext): void {
  const limit = budget.simulations ?? Number.POSITIVE_INFINITY;
  if (simulations > limit + ROUNDING)
    throw new InputError(`${where} spent ${simulations} simulations of ${budgetText(budget)}.`);
  if (evaluations > simulations + ROUNDING)
    throw new InputError(
      `${where} counts ${evaluations} evaluations and ${simulations} simulations, but each evaluation is one.`,
    );
  if (ended === "clock" && budget.cpuSeconds === undefined)
    throw new InputError(`${where} was ended by a clock, but its budget is ${budgetText(budget)}.`);
  if (ended === "fault") throw new InputError(`${where} ended in a fault of the method, so it is no result.`);
}

function verifyBound({ bound, boundArgument, gap, value }: EntryCell, { judged, where }: CellContext): void {
  const { value: proven, argument } = judged.bound;
  if (bound !== proven || boundArgument !== argument)
    throw new InputError(
      `${where} has the bound ${bound} (${boundArgument}), but the simulator's is ${proven} (${argument}).`,
    );
  const right = gapOf(value, bound);
  if (gap !== right) throw new InputError(`${where} claims the gap ${gap}, but its value gives ${right}.`);
}

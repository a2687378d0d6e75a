/**
 * Whether a curve can be that of a meter. Each point is better than the one before it and was found
 * later. Plans that fit follow those that do not. The last point is the plan of the cell.
 */
import { InputError } from "../../../env/model/errors.ts";
import type { Outcome } from "../../../env/sim/evaluator/contract.ts";
import type { CurveStep } from "../../cells/cell.ts";
import type { EntryCell } from "../contract.ts";

/** What rounding may leave of a sum of shares of passes. */
export const ROUNDING = 1e-6;

export interface CurveContext {
  readonly where: string;
  readonly bound: number;
  /** Above the value of every plan that fits; no cost of another is below it. */
  readonly ceiling: number;
}

export function verifyCurve(
  cell: EntryCell,
  outcome: Outcome,
  { where, bound, ceiling }: CurveContext,
): void {
  const { curve } = cell;
  if (curve.length === 0) throw new InputError(`${where} has a plan, but its curve is empty.`);
  for (const [i, step] of curve.entries()) {
    const at = `${where}: point ${i + 1} of the curve`;
    verifyStep(step, at, { bound, ceiling });
    if (i > 0) verifyOrder(curve[i - 1], step, at);
  }
  verifyEnd(cell, outcome, where);
}

function verifyStep(
  { simulations, evaluations, cost, feasible }: CurveStep,
  at: string,
  { bound, ceiling }: Pick<CurveContext, "bound" | "ceiling">,
): void {
  if (evaluations < 1 || simulations < evaluations - ROUNDING)
    throw new InputError(`${at} has ${evaluations} evaluations and ${simulations} simulations.`);
  if (feasible && cost < bound) throw new InputError(`${at} is ${cost}, below the proven bound ${bound}.`);
  if (!feasible && cost < ceiling)
    throw new InputError(`${at} is a plan that does not fit at ${cost}, below every penalty.`);
}

function verifyOrder(before: CurveStep, step: CurveStep, at: string): void {
  if (step.cost >= before.cost)
    throw new InputError(`${at} is ${step.cost}, no better than the ${before.cost} before it.`);
  if (before.feasible && !step.feasible)
    throw new InputError(`${at} does not fit, although the point before it does.`);
  const evaluations = step.evaluations - before.evaluations;
  const simulations = step.simulations - before.simulations;
  if (evaluations < 1 || simulations < evaluations - ROUNDING)
    throw new InputError(
      `${at} was found ${evaluations} evaluations and ${simulations} simulations after the point before it.`,
    );
}

function verifyEnd(cell: EntryCell, { cost, feasible }: Outcome, where: string): void {
  const { curve, evaluations, simulations, bestEvaluation, bestSimulation } = cell;
  const last = curve[curve.length - 1];
  if (last.cost !== cost || last.feasible !== feasible)
    throw new InputError(`${where}: the curve ends at ${last.cost}, but the plan costs ${cost}.`);
  if (last.simulations > simulations + ROUNDING || last.evaluations > evaluations)
    throw new InputError(
      `${where}: the curve ends after ${last.simulations} simulations, but only ${simulations} were spent.`,
    );
  if (last.evaluations !== bestEvaluation || last.simulations !== bestSimulation)
    throw new InputError(
      `${where}: the best plan was found at simulation ${bestSimulation}, but the curve ends at ${last.simulations}.`,
    );
}

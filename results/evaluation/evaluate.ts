/**
 * `evaluate`: methods x scenarios x budget classes x seeds, and the report of it.
 *
 * The caller says how a cell is run, as for `compare`. The same request gives the same report byte
 * for byte, except for the times and for cells that a clock ended.
 */
import { InputError } from "../../env/model/errors.ts";
import { checkBudget } from "../../env/sim/evaluator/budget.ts";
import type { CellOutcome, CellSpec } from "../cells/cell.ts";
import { budgetText } from "../cells/cell-content.ts";
import { type CellsHooks, runCells } from "../cells/run-cells.ts";
import { cellsOf, checkRequest } from "../comparison/compare.ts";
import type { EvaluationReport, EvaluationRequest, EvaluationTimes } from "./contract.ts";
import { type EvaluatedCell, reportOf } from "./evaluation-report.ts";

export interface Evaluated {
  readonly report: EvaluationReport;
  readonly times: EvaluationTimes;
}

/** `order` says which cells start first; `cell-order.ts` has the usual one. */
export async function evaluate(
  request: EvaluationRequest,
  hooks: CellsHooks,
  order: (cells: readonly CellSpec[]) => readonly CellSpec[],
): Promise<Evaluated> {
  checkEvaluation(request);
  const startedAt = hooks.clock();
  const cells = evaluationCells(request);
  const outcomes = await runCells(cells, hooks, order);
  const finished = cells.flatMap((cell, i) => evaluated(cell, outcomes[i]));
  return {
    report: reportOf(request, finished, finished.length === cells.length),
    times: { seconds: hooks.clock() - startedAt, cells: finished.map(({ times }) => times) },
  };
}

function evaluated({ budget }: CellSpec, outcome: CellOutcome | null): EvaluatedCell[] {
  if (outcome === null) return [];
  return [{ result: { ...outcome.result, budget }, times: outcome.times }];
}

/** Throws `InputError` where a request asks for nothing, or for something twice. */
export function checkEvaluation(request: EvaluationRequest): void {
  const { budgets, methods, trainedOn } = request;
  checkRequest({ ...request, budget: {} });
  if (budgets.length === 0) throw new InputError("No budget to evaluate at; name at least one.");
  for (const budget of budgets) checkBudget(budget);
  const texts = budgets.map(budgetText);
  const twice = texts.find((text, i) => texts.indexOf(text) < i);
  if (twice !== undefined) throw new InputError(`The budget of ${twice} is named twice; name it once.`);
  const stranger = Object.keys(trainedOn).find((method) => !methods.includes(method));
  if (stranger !== undefined)
    throw new InputError(`What "${stranger}" was trained on is told, but it is none of the methods.`);
}

/** All cells in the order of the report. */
export const evaluationCells = (request: EvaluationRequest): CellSpec[] =>
  request.budgets.flatMap((budget) => cellsOf({ ...request, budget }));

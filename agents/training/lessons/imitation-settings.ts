/**
 * How much of a training imitates, and what its expert may spend, where nobody says so: by the
 * number of its tasks and by its budget.
 */
import type { Budget } from "../../../env/sim/evaluator/budget.ts";
import type { TaskSource } from "../../contract.ts";

/**
 * Updates at the beginning that imitate: as many as are given. For -1 all of them where there are
 * several tasks, none where there is one: rewards teach little about a family (docs/agents/transfer.md).
 */
export function imitationOver({ names }: Pick<TaskSource, "names">, given: number): number {
  if (given !== -1) return given;
  return names.length > 1 ? Number.POSITIVE_INFINITY : 0;
}

export interface Share {
  readonly share: number;
  readonly least: number;
  readonly most: number;
}

/** Simulations: a share of the budget within limits; the most of them where a clock is the budget. */
export const shareOfBudget = (budget: Budget, { share, least, most }: Share): number =>
  Math.min(Math.max(least, Math.floor(limitOf(budget) * share)), most);

/** In its own unit. */
export const limitOf = ({ simulations, evaluations }: Budget): number =>
  simulations ?? evaluations ?? Number.POSITIVE_INFINITY;

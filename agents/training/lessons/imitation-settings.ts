/**
 * How much of a training imitates, and what its expert may spend, where nobody says so. The first
 * is by the number of tasks, the second by the budget.
 */
import type { Budget } from "../../../env/sim/evaluator/budget.ts";
import type { TaskSource } from "../../contract.ts";

/**
 * Updates at the beginning that imitate: as many as are given. For -1 all of them where there are
 * several tasks, none where there is one. Rewards teach little about a family, as
 * docs/agents/transfer.md shows.
 */
export function imitationOver({ names }: Pick<TaskSource, "names">, given: number): number {
  if (given !== -1) return given;
  return names.length > 1 ? Number.POSITIVE_INFINITY : 0;
}

export interface Limits {
  readonly least: number;
  readonly most: number;
}

export interface Share extends Limits {
  readonly share: number;
}

/** A whole number of simulations within limits. */
export const within = ({ least, most }: Limits, simulations: number): number =>
  Math.min(Math.max(least, Math.floor(simulations)), most);

/** Simulations: a share of the budget within limits; `most` where a clock is the budget. */
export const shareOfBudget = (budget: Budget, given: Share): number =>
  within(given, limitOf(budget) * given.share);

/** In its own unit. */
export const limitOf = ({ simulations, evaluations }: Budget): number =>
  simulations ?? evaluations ?? Number.POSITIVE_INFINITY;

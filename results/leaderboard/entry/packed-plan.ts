/**
 * Plans as an entry keeps them. An order of ops is written as the ops in that order, each as its
 * distance from the one before it. Most of these numbers are small, so files are small. Read again
 * it is the rank of each op, which is the same plan.
 */
import { InputError } from "../../../env/model/errors.ts";
import type { PlanJson } from "../../../env/model/plan/plan-kind.ts";

/** The plan with its order as ranks; ties are broken by op, as a plan's are. */
export function ranked(plan: PlanJson): PlanJson {
  const { opPriority } = plan;
  if (!Array.isArray(opPriority)) return plan;
  const ranks: number[] = new Array(opPriority.length);
  for (const [rank, op] of orderOf(opPriority as number[]).entries()) ranks[op] = rank;
  return { ...plan, opPriority: ranks };
}

export function packed(plan: PlanJson): PlanJson {
  const { opPriority, ...rest } = plan;
  if (!Array.isArray(opPriority)) return plan;
  const order = orderOf(opPriority as number[]);
  return { ...rest, order: order.map((op, i) => (i === 0 ? op : op - order[i - 1])) };
}

/** Throws `InputError` where the order is none. */
export function unpacked(plan: PlanJson, where: string): PlanJson {
  const { order, ...rest } = plan;
  if (order === undefined) return plan;
  if (!Array.isArray(order)) throw new InputError(`${where}: the order of the plan is no list.`);
  const ranks: number[] = new Array(order.length).fill(UNKNOWN);
  let op = 0;
  for (const [rank, distance] of order.entries()) {
    op += distance;
    if (ranks[op] !== UNKNOWN)
      throw new InputError(`${where}: place ${rank} of the plan's order is op ${op}, expected each op once.`);
    ranks[op] = rank;
  }
  return { ...rest, opPriority: ranks };
}

const UNKNOWN = -1;

const orderOf = (priority: readonly number[]): number[] =>
  [...priority.keys()].sort((a, b) => priority[a] - priority[b] || a - b);

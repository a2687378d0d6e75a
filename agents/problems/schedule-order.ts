/**
 * Orders of tasks: topological positions, and a schedule's order as what a simulator follows
 * (`Plan.opPriority`).
 */
import type { TaskOrder } from "./schedule-problem.ts";

/** Position of each task in the topological order. */
export function positionsOf({
  opCount,
  topologicalOrder,
}: Pick<TaskOrder, "opCount" | "topologicalOrder">): Int32Array {
  const position = new Int32Array(opCount);
  topologicalOrder.forEach((task, i) => {
    position[task] = i;
  });
  return position;
}

/**
 * The tasks as they start. At one instant those that take no time come first, for what starts
 * behind them on their device has waited for them, and among themselves as in `sequence`: the order
 * in which they were scheduled where each was put behind the one before it, the topological order
 * where gaps were filled.
 */
export function startOrder(
  sequence: ArrayLike<number>,
  startUs: Float64Array,
  endUs: Float64Array,
): Int32Array {
  return Int32Array.from(sequence).sort((a, b) => startUs[a] - startUs[b] || endUs[a] - endUs[b]);
}

/** The same order as one number for each task, ascending. */
export function prioritiesOf(order: Int32Array): Float64Array {
  const priority = new Float64Array(order.length);
  order.forEach((task, i) => {
    priority[task] = i;
  });
  return priority;
}

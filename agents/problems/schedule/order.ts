/**
 * Orders of tasks: topological positions, and the order of a schedule as a plan for the simulator
 * (`opPriority`).
 */
import type { TaskOrder } from "./problem.ts";

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
 * The tasks in the order of their starts. At one instant tasks that take no time come first,
 * because later tasks on their device have waited for them. Ties keep the order of `sequence`.
 *
 * `sequence` is the order in which the tasks were scheduled, if each one was appended to its
 * device. If gaps were filled, it is the topological order.
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

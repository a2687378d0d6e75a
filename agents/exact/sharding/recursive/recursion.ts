/**
 * Tofu's recursion (Wang et al., EuroSys 2019): the best step for all workers in k groups, then the
 * best one inside each group, on shapes divided by the first. All groups are alike. The total is
 * the sum over steps of the number of groups times the bytes of one: sum over i of (prod k_j) d_i.
 *
 * A tensor that is needed whole in two steps is charged its divided size in the second, as the
 * paper divides all shapes. To gather it takes more.
 */
import { type EliminationOptions, solveByElimination } from "../labels/elimination/solve.ts";
import { type PartitionGraph, stepProblem, WHOLE_LABEL } from "./partition-step.ts";

export interface Step {
  /** Chosen axis of each tensor, `WHOLE_LABEL` for none. */
  readonly axisOf: Int32Array;
  /** Chosen dimension of each group, the same. */
  readonly dimensionOf: Int32Array;
  /** Bytes inside one group of workers. */
  readonly bytes: number;
}

export interface Recursion {
  readonly steps: readonly Step[];
  /** Bytes of all workers in all steps. */
  readonly bytes: number;
}

/** What may be divided in a step, from the choices of the steps before it. */
export interface Divisible {
  axes(tensor: number, before: readonly Step[], parts: number): readonly number[];
  dimensions(group: number, before: readonly Step[], parts: number): readonly number[];
}

/** A sentence where a step's tables are too large. */
export function recursivePartition(
  graph: PartitionGraph,
  factors: readonly number[],
  tensorBytes: ArrayLike<number>,
  { divisible, limits = {} }: { readonly divisible: Divisible; readonly limits?: EliminationOptions },
): Recursion | string {
  const steps: Step[] = [];
  const bytes = Float64Array.from(tensorBytes);
  let groupsOfWorkers = 1;
  let total = 0;
  for (const parts of factors) {
    const axes = Array.from(bytes, (_, tensor) => orWhole(divisible.axes(tensor, steps, parts)));
    const dimensions = graph.groups.map((_, group) => orWhole(divisible.dimensions(group, steps, parts)));
    const solved = solveByElimination(stepProblem(graph, { parts, bytes, axes, dimensions }), limits);
    if (solved.kind !== "solved")
      return solved.kind === "too-large" ? solved.message : "Nothing can be divided.";
    const label = (node: number) => solved.labels[node];
    const step: Step = {
      axisOf: Int32Array.from(axes, (own, tensor) => own[label(tensor)]),
      dimensionOf: Int32Array.from(dimensions, (own, group) => own[label(graph.tensorCount + group)]),
      bytes: solved.cost,
    };
    steps.push(step);
    total += groupsOfWorkers * step.bytes;
    groupsOfWorkers *= parts;
    step.axisOf.forEach((axis, tensor) => {
      if (axis !== WHOLE_LABEL) bytes[tensor] /= parts;
    });
  }
  return { steps, bytes: total };
}

const orWhole = (labels: readonly number[]): readonly number[] =>
  labels.length === 0 ? [WHOLE_LABEL] : labels;

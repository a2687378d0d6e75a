/**
 * One step of Tofu's partition-n-reduce (Wang et al., EuroSys 2019). Every tensor is stored in k
 * parts along one axis. Every group of ops runs in k parts along one dimension. The step of least
 * bytes sent, over all workers, is a label problem: a label for each tensor and each group.
 *
 *   a worker needs      and holds             all workers fetch
 *   its stored part     the same              0
 *   another part        a part of other axis  (1 - 1/k) of the tensor
 *   the whole           its part              (k - 1) tensors
 *   partial sums made, stored in parts        (k - 1) tensors
 *
 * A tensor that cannot be divided is stored whole by all. Then parts that are made are gathered,
 * and partial sums sent twice. A whole that all make is stored without a transfer.
 */
import type { LabelProblem } from "../labels/problem.ts";

/** No axis and no dimension: whole. */
export const WHOLE_LABEL = -1;
/** An axis of a use that is no axis of the stored tensor. */
export const FOREIGN_AXIS = -2;

/** How an op meets a tensor. */
export interface TensorUse {
  readonly tensor: number;
  /** Axis of the tensor along each dimension of the group, `WHOLE_LABEL` for none. */
  readonly axisOf: readonly number[];
  /** Of what is made: dimensions that leave partial sums. Absent for what is read. */
  readonly sums?: readonly boolean[];
}

export interface PartitionGraph {
  readonly tensorCount: number;
  /** Uses of all ops of each group. */
  readonly groups: readonly (readonly TensorUse[])[];
}

/** What the step may choose from, and how many bytes a tensor has by now. */
export interface StepChoices {
  readonly parts: number;
  readonly bytes: ArrayLike<number>;
  /** Axes of each tensor; `WHOLE_LABEL` alone for one that stays whole. */
  readonly axes: readonly (readonly number[])[];
  /** Dimensions of each group; the same. */
  readonly dimensions: readonly (readonly number[])[];
}

/** Bytes that all workers fetch or send for a use. */
export function useBytes(
  use: TensorUse,
  dimension: number,
  stored: number,
  parts: number,
  bytes: number,
): number {
  const axis = dimension === WHOLE_LABEL ? WHOLE_LABEL : use.axisOf[dimension];
  const gathered = (parts - 1) * bytes;
  if (use.sums === undefined) {
    if (stored === WHOLE_LABEL || axis === stored) return 0;
    return axis === WHOLE_LABEL ? gathered : (1 - 1 / parts) * bytes;
  }
  if (dimension !== WHOLE_LABEL && use.sums[dimension])
    return stored === WHOLE_LABEL ? 2 * gathered : gathered;
  if (axis === WHOLE_LABEL || axis === stored) return 0;
  return stored === WHOLE_LABEL ? gathered : (1 - 1 / parts) * bytes;
}

/** Nodes are the tensors, then the groups. */
export function stepProblem({ tensorCount, groups }: PartitionGraph, choices: StepChoices): LabelProblem {
  const { parts, bytes, axes, dimensions } = choices;
  const edges = groups.flatMap((uses, group) => {
    const tensors = [...new Set(uses.map(({ tensor }) => tensor))].sort((a, b) => a - b);
    return tensors.map((tensor) => {
      const own = uses.filter((use) => use.tensor === tensor);
      const costs = axes[tensor].flatMap((stored) =>
        dimensions[group].map((dimension) =>
          own.reduce((sum, use) => sum + useBytes(use, dimension, stored, parts, bytes[tensor]), 0),
        ),
      );
      return { u: tensor, v: tensorCount + group, costs: Float64Array.from(costs) };
    });
  });
  const labels = [...axes, ...dimensions];
  return { nodes: labels.map(({ length }) => new Float64Array(length)), edges };
}

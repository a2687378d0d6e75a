/**
 * Small random graphs for Tofu's program, all basic plans of a step, and a slow count of its bytes.
 * It counts element by element what each of the workers needs and does not hold.
 */
import fc from "fast-check";
import { everyLabeling } from "../../../../../agents/exact/sharding/labels/enumeration.ts";
import type { LabelProblem } from "../../../../../agents/exact/sharding/labels/problem.ts";
import {
  type PartitionGraph,
  stepProblem,
  type TensorUse,
  WHOLE_LABEL,
} from "../../../../../agents/exact/sharding/recursive/partition-step.ts";
import { recursivePartition } from "../../../../../agents/exact/sharding/recursive/recursion.ts";

export interface RandomPartition {
  readonly graph: PartitionGraph;
  readonly shapes: readonly (readonly number[])[];
}

/** Groups of two dimensions or three, over tensors of two axes. */
export const randomPartitions = (mostTensors: number, length: number): fc.Arbitrary<RandomPartition> =>
  fc
    .record({
      tensorCount: fc.integer({ min: 2, max: mostTensors }),
      groups: fc.array(
        fc.array(
          fc.record({
            tensor: fc.nat(100),
            axisOf: fc.constantFrom([0, 1, -1], [1, -1, 0], [-1, 0, 1], [0, -1, -1], [-1, -1, -1]),
            makes: fc.boolean(),
            summed: fc.nat(2),
          }),
          { minLength: 1, maxLength: 3 },
        ),
        { minLength: 1, maxLength: 3 },
      ),
    })
    .map(({ tensorCount, groups }) => ({
      shapes: Array.from({ length: tensorCount }, (_, t) => [length * (1 + (t % 2)), length]),
      graph: {
        tensorCount,
        groups: groups.map((uses) =>
          uses.map(
            ({ tensor, axisOf, makes, summed }): TensorUse => ({
              tensor: tensor % tensorCount,
              axisOf,
              ...(makes && { sums: axisOf.map((axis, d) => axis === WHOLE_LABEL && d === summed) }),
            }),
          ),
        ),
      },
    }));

/** Of all uses: elements that workers fetch or send, with two workers. */
export function countedElements(
  { graph, shapes }: RandomPartition,
  axisOf: ArrayLike<number>,
  dimensionOf: ArrayLike<number>,
): number {
  let count = 0;
  graph.groups.forEach((uses, group) => {
    for (const use of uses)
      count += countedUse(use, shapes[use.tensor], axisOf[use.tensor], dimensionOf[group]);
  });
  return count;
}

function countedUse(
  use: TensorUse,
  [rows, columns]: readonly number[],
  stored: number,
  dimension: number,
): number {
  const along = use.axisOf[dimension];
  const isSum = use.sums?.[dimension] === true;
  const halfOf = (axis: number, i: number, j: number) =>
    axis === 0 ? Math.floor((2 * i) / rows) : Math.floor((2 * j) / columns);
  let count = 0;
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < columns; j++)
      for (const worker of [0, 1]) {
        const holds = halfOf(stored, i, j) === worker;
        const touches = along === WHOLE_LABEL || halfOf(along, i, j) === worker;
        // A reader fetches what it lacks; a holder gets what another has made, or its partial sum.
        if (use.sums === undefined) count += touches && !holds ? 1 : 0;
        else if (holds) count += isSum || !touches ? 1 : 0;
      }
  return count;
}

const every = (count: number, labels: readonly number[]) => Array.from({ length: count }, () => labels);

/** A step for two workers as a label problem: an axis of each tensor, a dimension of each group. */
export const basicStep = ({ graph, shapes }: RandomPartition): LabelProblem =>
  stepProblem(graph, {
    parts: 2,
    bytes: shapes.map(([rows, columns]) => rows * columns),
    axes: every(shapes.length, [0, 1]),
    dimensions: every(graph.groups.length, [0, 1, 2]),
  });

/** All basic plans of a step. */
export const basicPlans = (partition: RandomPartition): Int32Array[] =>
  Array.from(everyLabeling(basicStep(partition)), (labels) => labels.slice());

export function halved({ graph, shapes }: RandomPartition, plan: Int32Array): RandomPartition {
  return {
    graph,
    shapes: shapes.map((shape, t) => shape.map((length, axis) => (axis === plan[t] ? length / 2 : length))),
  };
}

export const counted = (partition: RandomPartition, plan: Int32Array): number =>
  countedElements(
    partition,
    plan.subarray(0, partition.graph.tensorCount),
    plan.subarray(partition.graph.tensorCount),
  );

export const solved = ({ graph, shapes }: RandomPartition, factors: readonly number[]) => {
  const bytes = shapes.map(([rows, columns]) => rows * columns);
  const found = recursivePartition(graph, factors, bytes, {
    divisible: { axes: () => [0, 1], dimensions: () => [0, 1, 2] },
  });
  if (typeof found === "string") throw new Error(found);
  return found;
};

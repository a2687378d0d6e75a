/**
 * Products of activations and weights: Y[samples, column] sums X[samples, row] W[row, column] over
 * row. They are found by dimensions alone, so convolutions are among them, with their channels.
 */
import { type OpGraph, Role } from "../../../../env/model/graph/graph.ts";
import type { OpIteration } from "../../../../env/model/graph/iteration.ts";
import { iterationOf } from "../../../../env/model/plan/sharding.ts";

export interface WeightedProduct {
  readonly op: number;
  /** Dimension of the columns of the weight, which the output has. */
  readonly column: number;
  /** Dimension of the rows of the weight, which is summed away. */
  readonly row: number;
}

/** In topological order. */
export function weightedProducts(graph: OpGraph): WeightedProduct[] {
  return [...graph.topologicalOrder].flatMap((op) => {
    const iteration = iterationOf(graph, op);
    if (iteration === null || graph.role[op] !== Role.forward) return [];
    const found = weightDimensions(iteration);
    return found === null ? [] : [{ op, ...found }];
  });
}

/** The first two dimensions of an op's first weight that make it one of a product. */
export function weightDimensions({
  dimensions,
  inputs,
  parameters,
  outputs,
  sums,
}: OpIteration): { readonly column: number; readonly row: number } | null {
  if (parameters.length === 0 || inputs.length === 0 || outputs.length !== 1) return null;
  const own = parameters[0].along.filter((d) => d >= 0 && dimensions[d].kind !== "spatial");
  const column = own.find((d) => !sums.includes(d) && outputs[0].along.includes(d));
  const row = own.find((d) => sums.includes(d) && inputs[0].along.includes(d));
  return column === undefined || row === undefined ? null : { column, row };
}

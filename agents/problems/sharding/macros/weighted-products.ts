/**
 * Products of activations and weights with one column and one row each
 * (env/model/layers/weight-dimensions.ts).
 */
import { type OpGraph, Role } from "../../../../env/model/graph/graph.ts";
import type { OpIteration } from "../../../../env/model/graph/iteration.ts";
import { weightDimensions } from "../../../../env/model/layers/weight-dimensions.ts";
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
    const found = productDimensions(iteration);
    return found === null ? [] : [{ op, ...found }];
  });
}

/** The first column and the first row of an op's weight that make it one of a product. */
export function productDimensions(
  iteration: OpIteration,
): { readonly column: number; readonly row: number } | null {
  if (iteration.outputs.length !== 1) return null;
  const isPlain = (d: number): boolean => iteration.dimensions[d].kind !== "spatial";
  const { columns, rows } = weightDimensions(iteration);
  const [column, row] = [columns.find(isPlain), rows.find(isPlain)];
  return column === undefined || row === undefined ? null : { column, row };
}

/**
 * The dimensions of a product's weight, found without names: Y[samples, column] sums
 * X[samples, row] W[row, column] over row. Convolutions have them too, with their channels.
 */
import type { OpIteration } from "../graph/iteration.ts";

export interface WeightDimensions {
  /** Those of the weight that outputs have, ascending. */
  readonly columns: readonly number[];
  /** Those of the weight that inputs have and that are summed away, ascending. */
  readonly rows: readonly number[];
}

/** Of the first weight of an op; empty where it has none. */
export function weightDimensions({ inputs, parameters, outputs, sums }: OpIteration): WeightDimensions {
  const own = [...new Set(parameters[0]?.along ?? [])].filter((d) => d >= 0).sort((a, b) => a - b);
  return {
    columns: own.filter((d) => !sums.includes(d) && outputs.some(({ along }) => along.includes(d))),
    rows: own.filter((d) => sums.includes(d) && inputs.some(({ along }) => along.includes(d))),
  };
}

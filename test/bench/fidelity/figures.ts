/** Error and rank correlation of predictions: what the bench tells of a set. */
import { rankCorrelation } from "../../../results/statistics/spearman.ts";

export interface Figures {
  readonly rows: number;
  /** Mean, median and largest absolute error, % of the measured value. */
  readonly mape: number;
  readonly median: number;
  readonly max: number;
  /** Rank correlation; null with fewer than three rows. */
  readonly spearman: number | null;
}

/** Signed error, % of the measured value. */
export const errorOf = (predicted: number, measured: number): number => 100 * (predicted / measured - 1);

/** Pre: at least one value, as many predictions as measurements. */
export function figuresOf(predicted: readonly number[], measured: readonly number[]): Figures {
  const errors = predicted.map((value, i) => Math.abs(errorOf(value, measured[i]))).sort((a, b) => a - b);
  const half = errors.length >> 1;
  return {
    rows: errors.length,
    mape: errors.reduce((sum, error) => sum + error, 0) / errors.length,
    median: errors.length % 2 === 1 ? errors[half] : (errors[half - 1] + errors[half]) / 2,
    max: errors[errors.length - 1],
    spearman: rankCorrelation(predicted, measured),
  };
}

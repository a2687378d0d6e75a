/**
 * Anytime curves of one method over its seeds: mean and range of the best value after each number
 * of evaluations. A point needs a feasible plan from every seed, since a mean over some of them
 * would flatter.
 */
import type { CellResult } from "./cell.ts";

export interface AnytimePoint {
  readonly evaluations: number;
  readonly mean: number;
  readonly least: number;
  readonly greatest: number;
}

export interface AnytimeCurve {
  /**
   * Where any seed improves, ascending; between points the values stay. Empty where some seed never
   * became feasible.
   */
  readonly points: readonly AnytimePoint[];
  /** Evaluations spent by the seed that spent most. */
  readonly end: number;
}

/** `cells` are the seeds of one method on one scenario. */
export function anytimeCurve(cells: readonly CellResult[]): AnytimeCurve {
  const improvements = cells.flatMap(({ curve }) =>
    curve.filter(({ feasible }) => feasible).map((s) => s.evaluations),
  );
  const moments = [...new Set(improvements)].sort((a, b) => a - b);
  const readers = cells.map(({ curve }) => bestSoFar(curve));
  const points: AnytimePoint[] = [];
  for (const evaluations of moments) {
    const values = readers.map((valueAt) => valueAt(evaluations));
    if (values.includes(null)) continue;
    const known = values as number[];
    points.push({
      evaluations,
      mean: known.reduce((sum, value) => sum + value, 0) / known.length,
      least: Math.min(...known),
      greatest: Math.max(...known),
    });
  }
  return { points, end: Math.max(...cells.map(({ evaluations }) => evaluations)) };
}

/**
 * Reads a curve at ascending moments: the value of the best plan so far, null before the first
 * feasible one.
 */
function bestSoFar(curve: CellResult["curve"]): (evaluations: number) => number | null {
  let next = 0;
  let value: number | null = null;
  return (evaluations) => {
    for (; next < curve.length && curve[next].evaluations <= evaluations; next++)
      value = curve[next].feasible ? curve[next].cost : null;
    return value;
  };
}

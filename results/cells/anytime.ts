/**
 * Anytime curves of one method over its seeds: the best value so far after each number of
 * simulations, its mean and its range. A point needs a feasible plan from every seed, since a mean
 * over the lucky ones would flatter.
 */
import type { CellResult } from "./cell.ts";

export interface AnytimePoint {
  readonly simulations: number;
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
  /** Simulations spent by the seed that spent most. */
  readonly end: number;
}

/** `cells` are the seeds of one method on one scenario. */
export function anytimeCurve(cells: readonly Pick<CellResult, "curve" | "simulations">[]): AnytimeCurve {
  const improvements = cells.flatMap(({ curve }) =>
    curve.filter(({ feasible }) => feasible).map((s) => s.simulations),
  );
  const moments = [...new Set(improvements)].sort((a, b) => a - b);
  const readers = cells.map(({ curve }) => bestSoFar(curve));
  const points: AnytimePoint[] = [];
  for (const simulations of moments) {
    const values = readers.map((valueAt) => valueAt(simulations));
    if (values.includes(null)) continue;
    const known = values as number[];
    points.push({
      simulations,
      mean: known.reduce((sum, value) => sum + value, 0) / known.length,
      least: Math.min(...known),
      greatest: Math.max(...known),
    });
  }
  return { points, end: Math.max(...cells.map(({ simulations }) => simulations)) };
}

/**
 * Reads a curve at ascending moments: the value of the best plan so far, null before the first
 * feasible one.
 */
function bestSoFar(curve: CellResult["curve"]): (simulations: number) => number | null {
  let next = 0;
  let value: number | null = null;
  return (simulations) => {
    for (; next < curve.length && curve[next].simulations <= simulations; next++)
      value = curve[next].feasible ? curve[next].cost : null;
    return value;
  };
}

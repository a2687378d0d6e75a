/**
 * Stratified bootstrap: percentile intervals of 95%. A resample draws, in each scenario, as many
 * seeds as there are, with replacement. So the interval tells of other seeds on the same scenarios,
 * not of other scenarios.
 *
 * Agarwal et al., Deep RL at the Edge of the Statistical Precipice, NeurIPS 2021, section 4.1.
 * Percentiles: Efron, The Jackknife, the Bootstrap and Other Resampling Plans, 1982.
 */
import { createRng, type Rng } from "../../env/model/rng.ts";
import type { Interval, ScoreTable } from "./contract.ts";

export const RESAMPLES = 2_000;
const COVERAGE = 0.95;

/** Drawn once for tables of one shape, so that methods are compared under equal draws. */
export interface Resamples {
  readonly count: number;
  /** Cells of the table, scenario after scenario. */
  readonly cells: number;
  /** By resample, then cell: the cell of the same scenario that stands there. */
  readonly drawn: Uint32Array;
  /** False where no scenario has two seeds: such a table tells nothing of the spread. */
  readonly hasSpread: boolean;
}

/** `sizes` are the seeds of each scenario. The same sizes and stream give the same draws. */
export function resamplesOf(
  sizes: readonly number[],
  rng: Rng = createRng("stratified bootstrap"),
  count: number = RESAMPLES,
): Resamples {
  const cells = sizes.reduce((sum, size) => sum + size, 0);
  const drawn = new Uint32Array(count * cells);
  let at = 0;
  for (let resample = 0; resample < count; resample++) {
    let first = 0;
    for (const size of sizes) {
      for (let seed = 0; seed < size; seed++) drawn[at++] = first + rng.int(size);
      first += size;
    }
  }
  return { count, cells, drawn, hasSpread: sizes.some((size) => size > 1) };
}

export interface BootstrapOptions {
  /** All values that the statistic can have: the interval of a table that tells no spread. */
  readonly range: readonly [least: number, greatest: number];
  readonly resamples?: Resamples;
}

/**
 * A statistic of all cells and its interval. `statistic` may reorder what it is given. Marked hot:
 * a board has hundreds of cells a method and 2,000 resamples, which one buffer serves.
 */
export function bootstrap(
  table: ScoreTable,
  statistic: (scores: Float64Array) => number,
  { range, resamples = resamplesOf(sizesOf(table)) }: BootstrapOptions,
): Interval {
  const scores = Float64Array.from(table.flat());
  const value = statistic(scores.slice());
  if (!resamples.hasSpread) return { value, low: range[0], high: range[1] };
  const { count, cells, drawn } = resamples;
  const buffer = new Float64Array(cells);
  const estimates = new Float64Array(count);
  for (let resample = 0; resample < count; resample++) {
    for (let cell = 0; cell < cells; cell++) buffer[cell] = scores[drawn[resample * cells + cell]];
    estimates[resample] = statistic(buffer);
  }
  return percentileInterval(value, estimates);
}

export const sizesOf = (table: readonly (readonly unknown[])[]): number[] =>
  table.map(({ length }) => length);

/** The middle 95% of the estimates, which it sorts. */
export function percentileInterval(value: number, estimates: Float64Array): Interval {
  estimates.sort();
  const tail = (1 - COVERAGE) / 2;
  return {
    value,
    low: estimates[Math.floor(tail * estimates.length)],
    high: estimates[Math.ceil((1 - tail) * estimates.length) - 1],
  };
}

/**
 * Measured numbers with 95% intervals, from values by scenario and seed.
 *
 * A ratio is the geometric mean over scenarios of the geometric mean over seeds. Its interval is a
 * stratified bootstrap. Seeds of a scenario are drawn again with replacement, and both systems keep
 * their pairing by seed. A method that draws nothing has the same value for every seed and an
 * interval of no width. Post: `low <= value <= high`.
 */
import { mean } from "../statistics/averages.ts";
import { percentileInterval, resamplesOf, sizesOf } from "../statistics/bootstrap.ts";
import type { Interval } from "../statistics/contract.ts";

/** By scenario, then by seed; null where no plan fits. */
export type Runs = readonly (readonly (number | null)[])[];

export interface Measured {
  readonly measured: Interval | null;
  readonly seeds: number;
  /** What was left out, null where nothing was. */
  readonly note: string | null;
}

/** `ours` over `theirs`. A pair without two plans that fit is left out, and the note says so. */
export function ratioOf(ours: Runs, theirs: Runs): Measured {
  const logs = ours.map((row, i) =>
    row.flatMap((value, seed) => {
      const other = theirs[i][seed];
      return value === null || other === null ? [] : [Math.log(value / other)];
    }),
  );
  return measuredOf(logs, ours, Math.exp);
}

/** Geometric mean of the values themselves. */
export function levelOf(values: Runs): Measured {
  const logs = values.map((row) => row.flatMap((value) => (value === null ? [] : [Math.log(value)])));
  return measuredOf(logs, values, Math.exp);
}

/**
 * The share of the way from `start` to `limit` that `ours` goes, in logarithms, over all pairs. It
 * is nothing where `limit` is not below `start` in the mean. Scenarios and seeds are drawn again
 * together.
 */
export function shareOfWay(start: Runs, ours: Runs, limit: Runs): Measured {
  const seeds = Math.max(0, ...ours.map((row) => row.length));
  const steps = start.flatMap((row, i) =>
    row.flatMap((from, seed) => {
      const [own, last] = [ours[i][seed], limit[i][seed]];
      return from === null || own === null || last === null
        ? []
        : [{ gone: Math.log(from / own), whole: Math.log(from / last) }];
    }),
  );
  const all = start.flat().length;
  const left = all - steps.length;
  const note = left === 0 ? null : `${left} of ${all} triples are left out: no plan fits in one of them.`;
  const shareIn = (at: (i: number) => number): number | null => {
    let [gone, whole] = [0, 0];
    for (let i = 0; i < steps.length; i++) {
      gone += steps[at(i)].gone;
      whole += steps[at(i)].whole;
    }
    return whole > 0 ? gone / whole : null;
  };
  const value = shareIn((i) => i);
  if (value === null) return { measured: null, seeds, note: note ?? "There is no way to go." };
  const { count, cells, drawn } = resamplesOf([steps.length]);
  const estimates = Array.from({ length: count }, (_, resample) =>
    shareIn((i) => drawn[resample * cells + i]),
  ).filter((share) => share !== null);
  return { measured: percentileInterval(value, Float64Array.from(estimates)), seeds, note };
}

/** One number that nothing was drawn for. */
export const exactly = (value: number): Measured => ({
  measured: { value, low: value, high: value },
  seeds: 1,
  note: null,
});

function measuredOf(
  rows: readonly (readonly number[])[],
  asked: Runs,
  back: (x: number) => number,
): Measured {
  const seeds = Math.max(0, ...asked.map((row) => row.length));
  const all = asked.flat().length;
  const kept = rows.flat().length;
  const left = all - kept;
  const note = left === 0 ? null : `${left} of ${all} pairs are left out: no plan fits in one of them.`;
  const strata = rows.filter((row) => row.length > 0);
  if (strata.length === 0) return { measured: null, seeds, note };
  const { value, low, high } = bootstrapped(strata, meanOfMeans(strata));
  const measured = { value: back(value), low: back(Math.min(value, low)), high: back(Math.max(value, high)) };
  return { measured, seeds, note };
}

function bootstrapped(strata: readonly (readonly number[])[], value: number): Interval {
  const flat = strata.flat();
  const { count, cells, drawn } = resamplesOf(sizesOf(strata));
  const estimates = Float64Array.from({ length: count }, (_, resample) => {
    let at = resample * cells;
    return meanOfMeans(strata.map((row) => row.map(() => flat[drawn[at++]])));
  });
  return percentileInterval(value, estimates);
}

const meanOfMeans = (strata: readonly (readonly number[])[]): number => mean(strata.map(mean));

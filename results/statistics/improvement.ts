/**
 * Probability of improvement: that a seed of one method scores higher than a seed of another on the
 * same scenario. Ties count half, and scenarios count alike:
 *
 *     mean over scenarios of (1 / (N M)) sum over i, j of S(x_i, y_j),
 *     S(x, y) = 1 where x > y, 1/2 where x = y, 0 where x < y
 *
 * The term of a scenario is the statistic U over its greatest value (Mann and Whitney, On a Test of
 * Whether One of Two Random Variables is Stochastically Larger, 1947). The average is that of
 * Agarwal et al., NeurIPS 2021, section 4.3. Seeds of the two methods are resampled apart.
 */
import { createRng } from "../../env/model/rng.ts";
import { percentileInterval, type Resamples, resamplesOf, sizesOf } from "./bootstrap.ts";
import type { Interval, ScoreTable } from "./contract.ts";
import { isAbove } from "./ranks.ts";

export interface ImprovementDraws {
  readonly own: Resamples;
  readonly other: Resamples;
}

/** Draws for tables of these shapes, for callers with many pairs of methods. */
export function improvementDraws(own: readonly number[], other: readonly number[]): ImprovementDraws {
  const rng = createRng("probability of improvement");
  return { own: resamplesOf(own, rng.child("own")), other: resamplesOf(other, rng.child("other")) };
}

/** Both tables have the same scenarios, each with at least one seed. */
export function probabilityOfImprovement(
  own: ScoreTable,
  other: ScoreTable,
  draws: ImprovementDraws = improvementDraws(sizesOf(own), sizesOf(other)),
): Interval {
  const duels = own.map((scores, i) => duelOf(scores, other[i]));
  const value =
    duels.reduce((sum, { halves }) => sum + halves.reduce((a, b) => a + b, 0) / halves.length, 0) /
    (2 * duels.length);
  if (!draws.own.hasSpread && !draws.other.hasSpread) return { value, low: 0, high: 1 };
  return percentileInterval(value, estimatesOf(duels, draws));
}

/** One scenario: for each pair of seeds 2 for a win, 1 for a tie, 0 for a loss. */
interface Duel {
  readonly own: number;
  readonly other: number;
  readonly halves: Uint8Array;
}

function duelOf(own: readonly number[], other: readonly number[]): Duel {
  const halves = new Uint8Array(own.length * other.length);
  own.forEach((x, i) => {
    other.forEach((y, j) => {
      halves[i * other.length + j] = isAbove(x, y) ? 2 : isAbove(y, x) ? 0 : 1;
    });
  });
  return { own: own.length, other: other.length, halves };
}

/** Marked hot: pairs of methods x 2,000 resamples x scenarios x pairs of seeds. */
function estimatesOf(duels: readonly Duel[], { own, other }: ImprovementDraws): Float64Array {
  const estimates = new Float64Array(own.count);
  for (let resample = 0; resample < own.count; resample++) {
    let [ownFirst, otherFirst, sum] = [0, 0, 0];
    for (const duel of duels) {
      let halves = 0;
      for (let i = 0; i < duel.own; i++) {
        const row = (own.drawn[resample * own.cells + ownFirst + i] - ownFirst) * duel.other;
        for (let j = 0; j < duel.other; j++)
          halves += duel.halves[row + other.drawn[resample * other.cells + otherFirst + j] - otherFirst];
      }
      sum += halves / (duel.own * duel.other);
      ownFirst += duel.own;
      otherFirst += duel.other;
    }
    estimates[resample] = sum / (2 * duels.length);
  }
  return estimates;
}

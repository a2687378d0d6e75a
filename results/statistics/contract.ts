/**
 * What statistics say of methods. All of them work on *scores*: `bound / value` of a cell, 1 where
 * the plan is proven optimal, 0 where no plan fits. So an infeasible seed counts and stays finite.
 *
 * Agarwal et al., Deep RL at the Edge of the Statistical Precipice, NeurIPS 2021, is the source of
 * all but ranks. Those are of Demsar, Statistical Comparisons of Classifiers, JMLR 2006.
 */

/**
 * An estimate and its 95% interval over seeds. Where no scenario has two seeds, nothing is known of
 * the spread, and the interval is all that the number can be: 0 to 1.
 */
export interface Interval {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** Scores by scenario, then by seed. All methods of a comparison share scenarios and seeds. */
export type ScoreTable = readonly (readonly number[])[];

export interface MethodStatistics {
  readonly method: string;
  /** Interquartile mean of the scores of all cells. */
  readonly iqm: Interval;
  readonly mean: Interval;
  /** Mean gap to the bound over the cells that fit, null without one. */
  readonly meanGap: number | null;
  readonly cells: number;
  readonly feasibleCells: number;
  /** Share of cells with a score of at least each of `PROFILE_SCORES`: 0, 0.01, ..., 1. */
  readonly profile: readonly number[];
  /**
   * Spearman's correlation of its own estimates with values, both over the bound. Null below three
   * estimates, or where all are equal.
   */
  readonly estimateCorrelation: number | null;
}

export interface PairedStatistics {
  readonly method: string;
  readonly other: string;
  /**
   * Relative difference of values, the geometric mean of `value / other` less one, over cells where
   * both fit. Null where no scenario has two such seeds: one seed tells no difference.
   */
  readonly difference: Interval | null;
  /** Probability that a seed of `method` scores higher than one of `other`; ties count half. */
  readonly improvement: Interval;
}

/** Mean ranks over scenarios by Friedman's test, null below two methods or two scenarios. */
export interface RankStatistics {
  readonly meanRanks: readonly { readonly method: string; readonly meanRank: number }[];
  readonly friedman: { readonly chiSquare: number; readonly pValue: number };
  /** Nemenyi's critical difference at 5%: ranks closer than this are not told apart. */
  readonly criticalDifference: number;
  /** Runs of methods, best first, whose ranks are not told apart; one may stand alone. */
  readonly groups: readonly (readonly string[])[];
}

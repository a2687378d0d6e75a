/**
 * What a folder holds that can be drawn over simulations: a training run, or the methods of a
 * comparison as controls. Each has a series for each metric.
 *
 * A series has a value at each number of simulations where one is known. Best values hold until the
 * next one. All other numbers are of one update.
 */

export interface SeriesPoint {
  readonly simulations: number;
  readonly value: number;
}

export interface RecordedRun {
  readonly folder: string;
  readonly kind: "agent" | "planner";
  /** Equal for repetitions of the same with other seeds. */
  readonly key: string;
  /** Spec of the agent or method. */
  readonly method: string;
  /** What else may tell lines of the same method apart, most telling first. */
  readonly details: readonly string[];
  readonly seed: string;
  readonly scenarios: readonly string[];
  /** Spent in all; a control that ended by itself keeps its last values after it. */
  readonly simulations: number;
  readonly endsByItself: boolean;
  /** Of a training run, null for a control. */
  readonly updates: number | null;
  /** Ascending points by metric. */
  readonly series: ReadonlyMap<string, readonly SeriesPoint[]>;
}

/**
 * What an evaluation is asked and what it answers: methods x scenarios x budget classes x seeds.
 *
 * A budget class is a budget of its own and not a point of a longer curve, because methods plan
 * for their budget. The report holds no clock reading, so that it repeats byte for byte.
 */
import type { BackendName } from "../../agents/contract.ts";
import type { Objective } from "../../env/model/scenario.ts";
import type { Budget } from "../../env/sim/evaluator/budget.ts";
import type { CellResult, CellTimes } from "../cells/cell.ts";
import type { ScenarioTable } from "../comparison/compare.ts";
import type { MethodStatistics, PairedStatistics, RankStatistics } from "../statistics/contract.ts";

export const EVALUATION_FORMAT = "placement-gym/evaluation@1";

/** The classes of the leaderboard; others may be asked for. */
export const SIMULATION_CLASSES: readonly number[] = [100, 300, 1_000, 3_000, 10_000];
export const CPU_SECOND_CLASSES: readonly number[] = [2, 10, 60];

export interface EvaluationRequest {
  /** URIs or paths. */
  readonly scenarios: readonly string[];
  /** Ids, ids with options, trained policies such as `placeto@runs/nmt`, or paths. */
  readonly methods: readonly string[];
  /** Repetitions of every cell, each with its own random stream. */
  readonly seeds: number;
  readonly seed: number | string;
  /** Each gives cells of its own; two of them are never equal. */
  readonly budgets: readonly Budget[];
  readonly objective?: Objective;
  readonly backend?: BackendName;
  /** The leaderboard's track that this is for, null for none. */
  readonly track: string | null;
  /** Scenarios, splits or families that methods have learned from, by method, as declared. */
  readonly trainedOn: Readonly<Record<string, readonly string[]>>;
}

/** All cells of one budget class. */
export interface BudgetReport {
  readonly budget: Budget;
  readonly scenarios: readonly ScenarioTable[];
  /** By method, best score first. */
  readonly methods: readonly MethodStatistics[];
  /** Of each pair of methods, in the order of `methods`. */
  readonly pairs: readonly PairedStatistics[];
  readonly ranks: RankStatistics | null;
}

export interface EvaluationReport {
  readonly format: typeof EVALUATION_FORMAT;
  readonly request: EvaluationRequest;
  /** False where cells are missing: a stop, or a method that failed. */
  readonly complete: boolean;
  /** In the order of the request. */
  readonly budgets: readonly BudgetReport[];
  /** By budget, then scenario, then method, then seed; rows of tables index into it. */
  readonly cells: readonly (CellResult & { readonly budget: Budget })[];
  readonly warnings: readonly string[];
}

/** Clock readings; `cells` runs parallel to those of the report. */
export interface EvaluationTimes {
  /** Of the whole; of a merge the sum over its cells, since no clock saw the whole. */
  readonly seconds: number;
  readonly cells: readonly CellTimes[];
}

/**
 * The leaderboard's nouns. A *track* is a fixed set of scenarios with content hashes and budget
 * classes. An *entry* is one method on one track at one budget with all seeds. It is a folder of a
 * sealed `entry.json` and of its cells, `cells.jsonl.gz`. The *board* is computed from entries.
 *
 * Nothing here loads TensorFlow: a board is verified from plans alone.
 */
import type { PlanKindName } from "../../env/model/plan/plan.ts";
import type { Objective } from "../../env/model/scenario.ts";
import type { Budget } from "../../env/sim/evaluator/budget.ts";
import type { CellResult } from "../cells/cell.ts";
import type { Interval } from "../statistics/contract.ts";

export const ENTRY_FORMAT = "placement-gym/entry@1";

/** What plans of a track must keep to besides the scenario: devices passed once, in order. */
export type PlanRule = "contiguous";

export interface Track {
  /** Such as `makespan`. */
  readonly id: string;
  readonly summary: string;
  readonly objective: Objective;
  /** Kinds of plan that may enter. */
  readonly answers: readonly PlanKindName[];
  /** Null where any plan may enter. */
  readonly rule: PlanRule | null;
  /** Splits that a policy may learn from here, such as `nmt/train`; null without a rule on that. */
  readonly trainingSplits: readonly string[] | null;
  /** URI and content hash of each scenario. */
  readonly scenarios: readonly (readonly [uri: string, hash: string])[];
  readonly budgets: readonly Budget[];
  readonly seeds: number;
}

/** `entry.json`, sealed. */
export interface Entry {
  readonly format: typeof ENTRY_FORMAT;
  /** Name of its folder. */
  readonly id: string;
  readonly board: "board-v1";
  readonly track: string;
  readonly method: string;
  readonly methodName: string;
  readonly kind: CellResult["kind"];
  readonly options: unknown;
  readonly budget: Budget;
  readonly rootSeed: number | string;
  readonly seeds: number;
  readonly versions: Readonly<Record<string, string>>;
  readonly backend: string | null;
  /** What its policy was trained on, as declared; empty for planners and fresh agents. */
  readonly trainedOn: readonly string[];
  /** SHA-256 of the policy's file, null without one. The file may lie beside as `policy.json`. */
  readonly policySha256: string | null;
  /** Of the uncompressed cells. */
  readonly cellsSha256: string;
  /** Interquartile mean of the scores, as claimed. */
  readonly iqm: number;
  /** The command that makes the run that this was taken from. */
  readonly command: string;
}

/**
 * A line of `cells.jsonl.gz`: by scenario in the track's order, then by seed. It holds what
 * verification can compute again or hold against the rest, and nothing else of a cell. An order of
 * ops is kept as ranks 0, 1, 2, ..., which mean the same plan. `bound` is the simulator's.
 */
export type EntryCell = Pick<
  CellResult,
  | "scenario"
  | "scenarioHash"
  | "seedIndex"
  | "value"
  | "feasible"
  | "bound"
  | "boundArgument"
  | "gap"
  | "evaluations"
  | "simulations"
  | "bestEvaluation"
  | "bestSimulation"
  | "plan"
  | "curve"
  | "failure"
  | "ended"
>;

/** One row of the ranked table. */
export interface BoardRow {
  readonly entry: Entry;
  /** True where `trainedOn` meets scenarios of the track. */
  readonly isTrainedOnTest: boolean;
  readonly rank: number;
  readonly iqm: Interval;
  readonly meanGap: number | null;
  readonly feasibleCells: number;
  readonly cells: number;
  /** By scenario in the track's order: mean gap over the seeds, null where a seed does not fit. */
  readonly gaps: readonly (number | null)[];
}

/** The best plan that anybody found of a scenario: `results/best-known/TRACK/SCENARIO.json`. */
export interface BestKnown {
  readonly scenario: string;
  readonly scenarioHash: string;
  readonly objective: Objective;
  readonly rule: PlanRule | null;
  readonly value: number;
  readonly bound: number;
  readonly boundArgument: string;
  readonly method: string;
  /** Day, UTC, such as `2026-11-28`. */
  readonly date: string;
  readonly plan: NonNullable<CellResult["plan"]>;
}

/** All that the board's site shows. Rows are ranked within a track and budget. */
export interface Board {
  readonly name: "board-v1";
  readonly tracks: readonly {
    readonly track: Track;
    readonly groups: readonly { readonly budget: Budget; readonly rows: readonly BoardRow[] }[];
    readonly bestKnown: readonly (BestKnown | null)[];
  }[];
}

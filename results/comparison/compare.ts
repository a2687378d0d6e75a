/**
 * `compare`: methods x scenarios x seeds at one budget, and the report of it.
 *
 * The caller says how a cell is run: in this process, or in a pool of child processes. The report
 * does not depend on it. The same request gives the same report byte for byte, except for `times`
 * and for rows that a clock ended.
 */
import type { BackendName } from "../../agents/contract.ts";
import { InputError } from "../../env/model/errors.ts";
import type { UnknownWork } from "../../env/model/graph/unknown-work.ts";
import type { Objective } from "../../env/model/scenario.ts";
import type { Budget } from "../../env/sim/evaluator/budget.ts";
import { gapOf } from "../../env/sim/evaluator/contract.ts";
import { bestKnownBound, kindsOf } from "../cells/best-bound.ts";
import {
  type CellOutcome,
  type CellResult,
  type CellSpec,
  CellStopped,
  type CellTimes,
  type RunCell,
} from "../cells/cell.ts";
import { groupBy, type IndexedCell, type MethodSummary, type Row, rankRows, summarise } from "./ranking.ts";

export const COMPARE_FORMAT = "placement-gym/compare@2";

export interface CompareRequest {
  /** URIs or paths. */
  readonly scenarios: readonly string[];
  /**
   * Ids, ids with options, or paths. Cells run method by method, so with several workers slow
   * methods should come first.
   */
  readonly methods: readonly string[];
  /** Repetitions of every cell, each with its own random stream. */
  readonly seeds: number;
  readonly seed: number | string;
  /** Given to every cell alike. */
  readonly budget: Budget;
  readonly objective?: Objective;
  readonly backend?: BackendName;
}

export interface CompareProgress {
  readonly cell: CellSpec;
  readonly state: "started" | "running" | "finished";
  /** What this cell has spent of the budget's leading limit. */
  readonly spent: number;
  readonly finishedCells: number;
  readonly totalCells: number;
}

export interface CompareHooks {
  readonly runCell: RunCell;
  /** Seconds on any steady clock. */
  readonly clock: () => number;
  /** User and system seconds of this process, for cells that run in it. */
  readonly cpuClock: () => number;
  /** Cells in flight at once; default 1. */
  readonly jobs?: number;
  /** The outcome of a cell that was run before; such cells come first and are never run. */
  readonly kept?: (cell: CellSpec) => CellOutcome | undefined;
  /** When aborted, no further cell starts and the report holds what there is. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: CompareProgress) => void;
}

export interface ScenarioTable {
  readonly scenario: string;
  readonly scenarioHash: string;
  readonly objective: Objective;
  readonly unit: "us" | "bytes";
  readonly bound: number;
  readonly boundArgument: string;
  /** Where work is partly unknown: all numbers are then of the graph as assumed. */
  readonly unknownWork?: UnknownWork;
  readonly rows: readonly Row[];
}

export interface CompareReport {
  readonly format: typeof COMPARE_FORMAT;
  readonly request: CompareRequest;
  /** False where the comparison was stopped before its last cell. */
  readonly complete: boolean;
  readonly scenarios: readonly ScenarioTable[];
  readonly methods: readonly MethodSummary[];
  /** By scenario, then method, then seed, each in the order of the request. */
  readonly cells: readonly CellResult[];
  /** Sentences about what a reader should not overlook. */
  readonly warnings: readonly string[];
  /** Every clock reading; `cells` runs parallel to the cells above. */
  readonly times: { readonly seconds: number; readonly cells: readonly CellTimes[] };
}

export async function compare(request: CompareRequest, hooks: CompareHooks): Promise<CompareReport> {
  checkRequest(request);
  const startedAt = hooks.clock();
  const outcomes = await runCells(cellsOf(request), hooks);
  const finished = outcomes.filter((outcome) => outcome !== null);
  return {
    ...reportOf(request, finished),
    complete: finished.length === outcomes.length,
    times: { seconds: hooks.clock() - startedAt, cells: finished.map(({ times }) => times) },
  };
}

/** The report without its clock readings: what must be equal when a comparison is repeated. */
export function withoutTimes(report: CompareReport): Omit<CompareReport, "times"> {
  const { times: _, ...rest } = report;
  return rest;
}

/** Throws `InputError` where a request asks for nothing, or for something twice. */
export function checkRequest({ scenarios, methods, seeds }: CompareRequest): void {
  if (scenarios.length === 0) throw new InputError("No scenario to compare on; name at least one.");
  if (methods.length === 0) throw new InputError("No method to compare; name at least one.");
  if (!Number.isInteger(seeds) || seeds < 1)
    throw new InputError(`The number of seeds is ${seeds}, expected a whole number of at least 1.`);
  for (const [what, names] of [
    ["Scenario", scenarios],
    ["Method", methods],
  ] as const) {
    const twice = names.find((name, i) => names.indexOf(name) < i);
    if (twice !== undefined) throw new InputError(`${what} "${twice}" is named twice; name it once.`);
  }
}

/** All cells in the order of the report. */
export function cellsOf(request: CompareRequest): CellSpec[] {
  const { scenarios, methods, seeds, seed, budget, objective, backend } = request;
  return scenarios.flatMap((scenario) =>
    methods.flatMap((method) =>
      Array.from({ length: seeds }, (_, seedIndex) => ({
        scenario,
        method,
        rootSeed: seed,
        seedIndex,
        budget,
        objective,
        backend,
      })),
    ),
  );
}

/**
 * Runs the cells, `jobs` at a time. A cell that an abort kept from starting or from answering is
 * null. The first failure ends all.
 */
async function runCells(cells: readonly CellSpec[], hooks: CompareHooks): Promise<(CellOutcome | null)[]> {
  const outcomes: (CellOutcome | null)[] = cells.map((cell) => hooks.kept?.(cell) ?? null);
  const queue = byMethod(cells).filter((index) => outcomes[index] === null);
  const failure = new AbortController();
  const signal =
    hooks.signal === undefined ? failure.signal : AbortSignal.any([hooks.signal, failure.signal]);
  let finishedCells = cells.length - queue.length;

  const worker = async () => {
    while (queue.length > 0 && !signal.aborted) {
      const index = queue.shift()!;
      const cell = cells[index];
      const tell = (state: CompareProgress["state"], spent: number) =>
        hooks.onProgress?.({ cell, state, spent, finishedCells, totalCells: cells.length });
      tell("started", 0);
      try {
        const outcome = await hooks.runCell(cell, {
          clock: hooks.clock,
          cpuClock: hooks.cpuClock,
          signal,
          onEvaluation: (spent) => tell("running", spent),
        });
        outcomes[index] = outcome;
        finishedCells++;
        tell("finished", outcome.result.simulations);
      } catch (error) {
        if (error instanceof CellStopped) return;
        failure.abort();
        throw named(error, cell);
      }
    }
  };
  await settle(Array.from({ length: Math.max(1, hooks.jobs ?? 1) }, worker));
  return outcomes;
}

/**
 * Waits for all workers before it throws the first failure, so that none still writes when the
 * caller goes on.
 */
async function settle(workers: readonly Promise<void>[]): Promise<void> {
  const results = await Promise.allSettled(workers);
  for (const result of results) if (result.status === "rejected") throw result.reason;
}

function byMethod(cells: readonly CellSpec[]): number[] {
  const methods = groupBy(
    cells.map((_, index) => index),
    (index) => cells[index].method,
  );
  return [...methods.values()].flat();
}

/** A mistake of the user keeps its sentence. A fault gets the name of its cell. */
function named(error: unknown, { scenario, method, seedIndex }: CellSpec): unknown {
  if (error instanceof InputError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new Error(`Method "${method}" failed on "${scenario}", seed ${seedIndex}: ${message}`, {
    cause: error,
  });
}

function reportOf(request: CompareRequest, outcomes: readonly CellOutcome[]) {
  const indexed = outcomes.map(({ result }, index): IndexedCell => ({ index, cell: result }));
  const cells = outcomes.map(({ result }) => result);
  const warnings: string[] = [];
  const scenarios = [...groupBy(indexed, ({ cell }) => cell.scenario).values()].map(
    (group): ScenarioTable => {
      const ofScenario = group.map(({ cell }) => cell);
      const boundFor = bestKnownBound(ofScenario, warnings);
      for (const { index, cell } of group) {
        const own = boundFor(kindsOf([cell]));
        const gap = gapOf(cell.value, own.value);
        cells[index] = { ...cell, bound: own.value, boundArgument: own.argument, gap };
      }
      const bound = boundFor(kindsOf(ofScenario));
      const { scenario, scenarioHash, objective, unit, unknownWork } = group[0].cell;
      return {
        scenario,
        scenarioHash,
        objective,
        unit,
        bound: bound.value,
        boundArgument: bound.argument,
        ...(unknownWork !== undefined && { unknownWork }),
        rows: rankRows(group, boundFor),
      };
    },
  );
  return {
    format: COMPARE_FORMAT,
    request,
    scenarios,
    methods: summarise(scenarios.map(({ rows }) => rows)),
    cells,
    warnings,
  } as const;
}

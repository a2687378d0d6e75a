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
import { gapOf, type ObjectiveUnit } from "../../env/sim/evaluator/contract.ts";
import { type BoundFor, bestKnownBound, kindsOf } from "../cells/best-bound.ts";
import type { CellOutcome, CellResult, CellSpec, CellTimes } from "../cells/cell.ts";
import { type CellsHooks, runCells } from "../cells/run-cells.ts";
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
  /** Those of a scenario, where it does not have all of them. */
  readonly methodsOf?: Readonly<Record<string, readonly string[]>>;
  /** Repetitions of every cell, each with its own random stream. */
  readonly seeds: number;
  readonly seed: number | string;
  /** Given to every cell alike. */
  readonly budget: Budget;
  readonly objective?: Objective;
  readonly backend?: BackendName;
}

export interface ScenarioTable {
  readonly scenario: string;
  readonly scenarioHash: string;
  readonly objective: Objective;
  readonly unit: ObjectiveUnit;
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

export async function compare(request: CompareRequest, hooks: CellsHooks): Promise<CompareReport> {
  checkRequest(request);
  const startedAt = hooks.clock();
  const outcomes = await runCells(cellsOf(request), hooks, byMethod);
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
  const { scenarios, methods, methodsOf, seeds, seed, budget, objective, backend } = request;
  return scenarios.flatMap((scenario) =>
    (methodsOf?.[scenario] ?? methods).flatMap((method) =>
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

/** Method by method, each in the order of the request. */
const byMethod = (cells: readonly CellSpec[]): CellSpec[] =>
  [...groupBy(cells, ({ method }) => method).values()].flat();

function reportOf(request: CompareRequest, outcomes: readonly CellOutcome[]) {
  const cells = outcomes.map(({ result }) => result);
  const warnings: string[] = [];
  const { scenarios, cells: bounded } = tablesOf(cells, scenarioBounds(cells, warnings));
  return {
    format: COMPARE_FORMAT,
    request,
    scenarios,
    methods: summarise(scenarios.map(({ rows }) => rows)),
    cells: bounded,
    warnings,
  } as const;
}

/** The best bounds that all cells know, by scenario; sentences about others go to `warnings`. */
export function scenarioBounds(
  cells: readonly CellResult[],
  warnings: string[],
): ReadonlyMap<string, BoundFor> {
  const groups = groupBy(cells, ({ scenario }) => scenario);
  return new Map([...groups].map(([scenario, own]) => [scenario, bestKnownBound(own, warnings)]));
}

/**
 * A table for each scenario, and the cells with their bounds and gaps. Rows index into the cells,
 * the first of which has the index `from`.
 */
export function tablesOf(
  results: readonly CellResult[],
  bounds: ReadonlyMap<string, BoundFor>,
  from = 0,
): { readonly scenarios: ScenarioTable[]; readonly cells: CellResult[] } {
  const indexed = results.map((cell, i): IndexedCell => ({ index: from + i, cell }));
  const groups = groupBy(indexed, ({ cell }) => cell.scenario);
  const scenarios = [...groups].map(([name, group]) => tableOf(group, bounds.get(name)!));
  const cells = results.map((cell) => {
    const own = bounds.get(cell.scenario)!(kindsOf([cell]));
    return { ...cell, bound: own.value, boundArgument: own.argument, gap: gapOf(cell.value, own.value) };
  });
  return { scenarios, cells };
}

/** `group` holds all cells of one scenario. */
function tableOf(group: readonly IndexedCell[], boundFor: BoundFor): ScenarioTable {
  const cells = group.map(({ cell }) => cell);
  const bound = boundFor(kindsOf(cells));
  const { scenario, scenarioHash, objective, unit, unknownWork } = cells[0];
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
}

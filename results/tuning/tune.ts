/**
 * `tune`: tries options of one method on several scenarios and seeds under one budget, and says
 * which did best. Cells are those of comparisons, run and kept by the caller. The report does not
 * depend on how many run at once or on interruptions, and holds no clock readings.
 */
import type { BackendName } from "../../agents/contract.ts";
import { createRng } from "../../env/model/rng.ts";
import type { Objective } from "../../env/model/scenario.ts";
import type { CompareReport, CompareRequest } from "../comparison/compare.ts";
import type { PretrainedMethod } from "../training/pretrained.ts";
import { cellBudgets, judged, rungSizes, type Strategy, survivors, type TrialRow } from "./rungs.ts";
import { type Dimension, type Narrowing, searchSpace } from "./search-space.ts";
import { trialSpecs } from "./trials.ts";

export const TUNE_FORMAT = "placement-gym/tune@1";

export interface TuneRequest extends Narrowing {
  /** Spec of the method; the options that it gives are never changed. */
  readonly method: string;
  readonly scenarios: readonly string[];
  readonly seeds: number;
  readonly seed: number | string;
  /** Of all cells together; an upper limit. */
  readonly simulations: number;
  readonly strategy: Strategy;
  /** The method as given is one of them. */
  readonly trials: number;
  readonly objective?: Objective;
  readonly backend?: BackendName;
}

export interface Rung {
  /** Of each cell. */
  readonly simulations: number;
  /** Best first. */
  readonly rows: readonly TrialRow[];
}

export interface TuneReport {
  readonly format: typeof TUNE_FORMAT;
  readonly request: TuneRequest;
  /** False where it was stopped before its last cell. */
  readonly complete: boolean;
  readonly dimensions: readonly Dimension[];
  /** Spent by all cells. */
  readonly simulations: number;
  /** Those that are complete. */
  readonly rungs: readonly Rung[];
  /** Best of the last rung, null before its end. */
  readonly winner: TrialRow | null;
}

export interface TuneHooks {
  /** Runs the cells of a rung. */
  readonly compare: (request: CompareRequest, rung: RungPlace) => Promise<CompareReport>;
}

export interface RungPlace {
  /** From 1. */
  readonly rung: number;
  readonly rungs: number;
}

/** What is tried, before anything is run. Throws `InputError` for every mistake of the request. */
export function tuningPlan(
  request: TuneRequest,
  { module, given }: Pick<PretrainedMethod, "module" | "given">,
) {
  const { method, trials, seed, strategy, simulations, scenarios, seeds } = request;
  const dimensions = searchSpace(module, given, request);
  const rng = createRng(seed).child("tune").child(module.card.id);
  const specs = trialSpecs(module, method, dimensions, { trials, rng });
  const sizes = rungSizes(strategy, specs.length);
  return { dimensions, specs, sizes, budgets: cellBudgets(sizes, simulations, scenarios.length * seeds) };
}

/** The comparison that is one rung. */
export function rungRequest(
  request: TuneRequest,
  specs: readonly string[],
  simulations: number,
): CompareRequest {
  const { scenarios, seeds, seed, objective, backend } = request;
  return { scenarios, methods: specs, seeds, seed, budget: { simulations }, objective, backend };
}

export async function tune(
  request: TuneRequest,
  method: Pick<PretrainedMethod, "module" | "given">,
  { compare }: TuneHooks,
): Promise<TuneReport> {
  const { dimensions, specs, sizes, budgets } = tuningPlan(request, method);
  const rungs: Rung[] = [];
  let spent = 0;
  let left: readonly string[] = specs;
  let complete = true;
  for (const [i, size] of sizes.entries()) {
    if (i > 0) left = survivors(rungs[i - 1].rows, request.method, size);
    const place = { rung: i + 1, rungs: sizes.length };
    const report = await compare(rungRequest(request, left, budgets[i]), place);
    spent += report.cells.reduce((sum, { simulations }) => sum + simulations, 0);
    complete = report.complete;
    if (!complete) break;
    const rows = judged(left, report.cells);
    rungs.push({ simulations: budgets[i], rows });
  }
  return {
    format: TUNE_FORMAT,
    request,
    complete,
    dimensions,
    simulations: spent,
    rungs,
    winner: complete ? rungs[rungs.length - 1].rows[0] : null,
  };
}

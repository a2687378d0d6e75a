/**
 * Pesto's integer program on graphs that are too large for it: large-neighbourhood search (Shaw, CP
 * 1998). A window frees the devices and the order of some ops that run at about the same time; all
 * others keep theirs. No ops are merged. So the program's times are the simulator's, except for
 * ties and the order of kept transfers.
 *
 * A solve finds a better schedule, or proves that its window has none that is better by `WORTH`. A
 * failed window is not tried again until the plan changes. Windows come from the random stream and
 * solves end by simplex iterations, so the same seed gives the same plans.
 */

import type { Placement } from "../../../env/model/plan/placement.ts";
import { asPlacement } from "../../../env/model/plan/plan.ts";
import type { Rng } from "../../../env/model/rng.ts";
import type { Compiled } from "../../../env/sim/engine/compile.ts";
import type { MeteredEvaluator } from "../../../env/sim/evaluator/meter.ts";
import { createListOrder, type ListOrder } from "../../lists/list-order.ts";
import { type MipLimits, type MipResult, STOPPED, solveMip } from "../../solver/highs.ts";
import { coarsenTasks } from "./coarsen.ts";
import { type PestoProblem, pestoProblem } from "./problem.ts";
import { type PestoProgram, pestoProgram } from "./program.ts";
import { betterOf, replays, taskSchedule } from "./replay.ts";
import { keysOf } from "./solve.ts";
import { unitsAround } from "./task-windows.ts";

export interface WindowLimits {
  readonly windows: number;
  /** Simplex iterations, nodes and seconds of one window, and the coefficients of its program. */
  readonly iterations: number;
  readonly nodes: number;
  readonly seconds: number;
  readonly size: number;
  /** True if there is nothing left to find. */
  readonly isDone: () => boolean;
}

export interface WindowsReport {
  readonly solved: number;
  readonly improved: number;
  readonly timeLimited: boolean;
}

/** The program holds an entry for each pair of ops. */
const MOST_OPS = 400;
/** Units that a window frees. */
const UNITS = 8;
/** The least improvement that a window must find, as a share. */
const WORTH = 1e-4;
/** After this many failed windows in a row, no window is left to try. */
const DRAWS = 20;

export const hasWindows = ({ opCount }: Compiled): boolean => opCount <= MOST_OPS;

/** Pre: the objective is the makespan. */
export async function* improveWindows(
  compiled: Compiled,
  evaluator: MeteredEvaluator,
  rng: Rng,
  limits: WindowLimits,
): AsyncGenerator<Placement, WindowsReport> {
  const report = { solved: 0, improved: 0, timeLimited: false };
  if (!hasWindows(compiled)) return report;
  const problem = pestoProblem(compiled, coarsenTasks(compiled, compiled.opCount));
  const listOrder = createListOrder(compiled, evaluator);
  const { iterations, nodes, seconds } = limits;
  const solverLimits = { iterations, nodes, seconds, relativeGap: WORTH };
  const failed = new Set<string>();
  while (report.solved < limits.windows && !limits.isDone() && !evaluator.exhausted) {
    const window = nextWindow(problem, evaluator, rng, failed);
    if (window === null) return report;
    if (window.program.program.rowColumn.length > limits.size) {
      failed.add(window.name);
      continue;
    }
    const before = evaluator.best!.evaluation;
    const { end } = yield* solveWindow(window, { problem, listOrder, evaluator }, solverLimits);
    report.timeLimited ||= end === "time" || end === "stopped";
    report.solved++;
    if (evaluator.best!.evaluation === before) failed.add(window.name);
    else {
      report.improved++;
      failed.clear();
    }
  }
  return report;
}

interface Search {
  readonly problem: PestoProblem;
  readonly listOrder: ListOrder;
  readonly evaluator: MeteredEvaluator;
}

/** Yields the plans of a window's solutions that are better than all before. */
async function* solveWindow(
  { program }: Window,
  { problem, listOrder, evaluator }: Search,
  limits: MipLimits,
): AsyncGenerator<Placement, MipResult> {
  const solver = solveMip(program.program, { limits, stopped: () => evaluator.exhausted });
  try {
    for (;;) {
      const { done, value } = await solver.next();
      if (done === true) return value;
      const plans = replays(problem, keysOf(program, value.columns), listOrder, evaluator);
      yield* betterOf(plans, evaluator);
    }
  } finally {
    await solver.return(STOPPED);
  }
}

interface Window {
  readonly name: string;
  readonly program: PestoProgram;
}

/**
 * A window of the best plan that has not failed since that plan was found. Null if there is no
 * feasible plan or no such window.
 */
function nextWindow(
  problem: PestoProblem,
  evaluator: MeteredEvaluator,
  rng: Rng,
  failed: ReadonlySet<string>,
): Window | null {
  const { plan, outcome } = evaluator.best!;
  if (!outcome.feasible || outcome.startUs === undefined || outcome.value === null) return null;
  const { unitDevice, startsUs } = taskSchedule(problem, asPlacement(plan), outcome.startUs);
  const upperUs = outcome.value * (1 - WORTH);
  const lowerUs = Math.min(evaluator.bound().value, upperUs);
  for (let draw = 0; draw < DRAWS; draw++) {
    const free = unitsAround(problem, { startsUs }, startsUs[rng.int(startsUs.length)], UNITS);
    const name = [...free].sort((a, b) => a - b).join();
    if (failed.has(name)) continue;
    const isFree = (unit: number) => free.has(unit);
    const frame = { isFree, unitDevice: problem.renamed(unitDevice), startsUs };
    return { name, program: pestoProgram(problem, { upperUs, lowerUs, frame }) };
  }
  return null;
}

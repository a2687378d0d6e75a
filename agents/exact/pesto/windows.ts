/**
 * Pesto's integer program on graphs that it cannot take whole: large-neighbourhood search (Shaw, CP
 * 1998) in which the program frees some ops that run at about the same time, devices and order,
 * while all others keep theirs. Nothing is merged, so that the program's times are the simulator's
 * but for ties and the order of kept transfers.
 *
 * A solve either finds a better schedule or proves that its window has none by more than `WORTH`; a
 * window that failed is not tried again before the plan has changed. Windows are drawn from the
 * random stream, solves end by simplex iterations: the same seed gives the same plans.
 */

import type { Plan } from "../../../env/model/plan/plan.ts";
import type { Rng } from "../../../env/model/rng.ts";
import type { Compiled } from "../../../env/sim/engine/compile.ts";
import type { MeteredEvaluator } from "../../../env/sim/evaluator/meter.ts";
import { createListOrder } from "../../lists/list-order.ts";
import { solveMip } from "../../solver/highs.ts";
import { coarsenTasks } from "./coarsen.ts";
import { type PestoProblem, pestoProblem } from "./problem.ts";
import { type PestoProgram, pestoProgram } from "./program.ts";
import { replays, taskSchedule } from "./replay.ts";

export interface WindowLimits {
  readonly windows: number;
  /** Simplex iterations, nodes and seconds of one window, and the coefficients of its program. */
  readonly iterations: number;
  readonly nodes: number;
  readonly seconds: number;
  readonly size: number;
  /** Nothing is left to find. */
  readonly isDone: () => boolean;
}

export interface WindowsReport {
  readonly solved: number;
  readonly improved: number;
  readonly timeLimited: boolean;
}

/** Sets of pairs of ops are held whole. */
const MOST_OPS = 400;
/** Units that a window frees. */
const UNITS = 8;
/** Least improvement asked of a window, as a share. */
const WORTH = 1e-4;
/** Draws of a window before all are taken to have failed. */
const DRAWS = 20;

export const hasWindows = ({ opCount }: Compiled): boolean => opCount <= MOST_OPS;

/** Pre: the objective is the makespan. */
export async function* improveWindows(
  compiled: Compiled,
  evaluator: MeteredEvaluator,
  rng: Rng,
  limits: WindowLimits,
): AsyncGenerator<Plan, WindowsReport> {
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
    const solver = solveMip(window.program.program, {
      limits: solverLimits,
      stopped: () => evaluator.exhausted,
    });
    const before = evaluator.best!.evaluation;
    try {
      for (;;) {
        const { done, value } = await solver.next();
        if (done === true) {
          report.timeLimited ||= value.end === "time" || value.end === "stopped";
          break;
        }
        const { unitDevices, startsUs } = window.program;
        const order = { unitDevice: unitDevices(value.columns), startsUs: startsUs(value.columns) };
        for (const plan of replays(problem, order, listOrder, evaluator)) {
          if (evaluator.exhausted) break;
          const known = evaluator.best!.outcome.cost;
          if (evaluator.evaluate(plan).cost < known) yield plan;
        }
      }
    } finally {
      await solver.return({ end: "stopped", bound: Number.NEGATIVE_INFINITY, nodes: 0, iterations: 0 });
    }
    report.solved++;
    if (evaluator.best!.evaluation === before) failed.add(window.name);
    else {
      report.improved++;
      failed.clear();
    }
  }
  return report;
}

interface Window {
  readonly name: string;
  readonly program: PestoProgram;
}

/**
 * A window of the best plan that has not failed since that plan was found; null where there is no
 * such plan or window.
 */
function nextWindow(
  problem: PestoProblem,
  evaluator: MeteredEvaluator,
  rng: Rng,
  failed: ReadonlySet<string>,
): Window | null {
  const { plan, outcome } = evaluator.best!;
  if (!outcome.feasible || outcome.startUs === undefined || outcome.value === null) return null;
  const { unitDevice, startsUs } = taskSchedule(problem, plan, outcome.startUs);
  const upperUs = outcome.value * (1 - WORTH);
  const lowerUs = Math.min(evaluator.bound().value, upperUs);
  for (let draw = 0; draw < DRAWS; draw++) {
    const free = unitsAround(problem, startsUs, startsUs[rng.int(startsUs.length)]);
    const name = [...free].sort((a, b) => a - b).join();
    if (failed.has(name)) continue;
    const isFree = (unit: number) => free.has(unit);
    const frame = { isFree, unitDevice: problem.renamed(unitDevice), startsUs };
    return { name, program: pestoProgram(problem, { upperUs, lowerUs, frame }) };
  }
  return null;
}

/** The units whose tasks start closest to a time. */
function unitsAround({ tasks }: PestoProblem, startsUs: Float64Array, us: number): Set<number> {
  const byDistance = [...startsUs.keys()].sort(
    (a, b) => Math.abs(startsUs[a] - us) - Math.abs(startsUs[b] - us) || a - b,
  );
  const units = new Set<number>();
  for (const task of byDistance) {
    units.add(tasks.unitOf[task]);
    if (units.size === UNITS) break;
  }
  return units;
}

/**
 * One solve of Pesto's integer program (program.ts) over a graph that is coarsened to as many tasks
 * as the program may have. Every solution is replayed by the simulator. The result holds the proven
 * bound, and whether it holds for all plans.
 */

import type { Plan } from "../../../env/model/plan/plan.ts";
import type { Compiled } from "../../../env/sim/engine/compile.ts";
import type { MeteredEvaluator } from "../../../env/sim/evaluator/meter.ts";
import { createListOrder } from "../../lists/list-order.ts";
import { type MipLimits, type MipResult, STOPPED, solveMip } from "../../solver/highs.ts";
import { coarsenTasks } from "./coarsen.ts";
import { type PestoProblem, pestoProblem } from "./problem.ts";
import { type PestoProgram, pestoProgram } from "./program.ts";
import { replays, type TaskSchedule, taskSchedule } from "./replay.ts";

export interface SizedProgram {
  readonly problem: PestoProblem;
  readonly program: PestoProgram;
  /** Do some of its tasks stand for several ops? */
  readonly isMerged: boolean;
}

/** How a solve ended, and what it found. */
export interface Solved extends MipResult {
  /** The program's own makespan of its last solution, and the plan of that solution. */
  readonly estimateUs?: number;
  readonly solution?: Plan;
  /**
   * The makespan of the last solution that became the best plan, and the evaluation of that plan.
   */
  readonly best?: { readonly estimateUs: number; readonly evaluation: number };
  /** No solution of the program has a smaller makespan. */
  readonly provenUs: number;
  /** No plan has one either. */
  readonly holdsForAll: boolean;
}

/**
 * The error that the solver's tolerances may cause in a bound, as a share. The terms that lift a
 * condition are a thousand times a unit.
 */
export const ROUNDING = 1e-6;
/**
 * A merged task is estimated to take longer than in the simulator. So solutions up to this multiple
 * of the best plan are still allowed.
 */
const MERGED_ROOM = 1.5;
const FEWER = 0.8;

/** The program with the most tasks that fits its size; null if even two tasks do not fit. */
export function sizedProgram(
  compiled: Compiled,
  evaluator: MeteredEvaluator,
  most: { readonly tasks: number; readonly size: number },
): SizedProgram | null {
  const best = evaluator.best?.outcome.value ?? evaluator.ceiling;
  const lowerUs = evaluator.bound().value;
  for (let target = most.tasks; target >= 2; target = Math.floor(target * FEWER)) {
    const problem = pestoProblem(compiled, coarsenTasks(compiled, target));
    if (problem.tasks.count > 2 * most.tasks) return null;
    const isMerged = problem.tasks.count < compiled.opCount;
    const program = pestoProgram(problem, {
      upperUs: isMerged ? best * MERGED_ROOM : best,
      lowerUs: isMerged ? 0 : Math.min(lowerUs, best),
    });
    if (program.program.rowColumn.length <= most.size) return { problem, program, isMerged };
  }
  return null;
}

/** Yields plans that are better than all that the evaluator has seen. */
export async function* solveProgram(
  { problem, program }: SizedProgram,
  evaluator: MeteredEvaluator,
  limits: MipLimits,
): AsyncGenerator<Plan, Solved> {
  const listOrder = createListOrder(problem.compiled, evaluator);
  const solver = solveMip(program.program, {
    start: startOf(problem, program, evaluator),
    limits,
    stopped: () => evaluator.exhausted,
  });
  let estimateUs: number | undefined;
  let solution: Plan | undefined;
  let best: Solved["best"];
  try {
    for (;;) {
      const { done, value } = await solver.next();
      if (done === true) {
        const provenUs = Math.max(0, value.bound * program.unitUs * (1 - ROUNDING));
        return { ...value, estimateUs, solution, best, provenUs, holdsForAll: holdsForAll(problem) };
      }
      const plans = replays(problem, scheduleOf(program, value.columns), listOrder, evaluator);
      estimateUs = value.value * program.unitUs;
      solution = plans[0];
      for (const plan of betterOf(plans, evaluator)) {
        best = { estimateUs, evaluation: evaluator.evaluations };
        yield plan;
      }
    }
  } finally {
    await solver.return(STOPPED);
  }
}

/** The schedule of a solution. */
export function scheduleOf({ unitDevices, startsUs }: PestoProgram, columns: Float64Array): TaskSchedule {
  return { unitDevice: unitDevices(columns), startsUs: startsUs(columns) };
}

/** Evaluates the plans until the budget ends; yields those that are better than all before. */
export function* betterOf(plans: readonly Plan[], evaluator: MeteredEvaluator): Generator<Plan, void> {
  for (const plan of plans) {
    if (evaluator.exhausted) return;
    const before = evaluator.best?.outcome.cost ?? Number.POSITIVE_INFINITY;
    if (evaluator.evaluate(plan).cost < before) yield plan;
  }
}

/** The best plan so far, as a start for the solver; the solver may reject it. */
function startOf(problem: PestoProblem, program: PestoProgram, { best }: MeteredEvaluator) {
  if (best?.outcome.feasible !== true || best.outcome.startUs === undefined) return undefined;
  const { unitDevice, startsUs } = taskSchedule(problem, best.plan, best.outcome.startUs);
  return program.startOf(problem.renamed(unitDevice), startsUs);
}

/**
 * If no ops are merged, every plan is a solution of the program. Free multicast is an exception: it
 * serves consumers over routes that the program does not have.
 */
const holdsForAll = ({ tasks, compiled }: PestoProblem): boolean =>
  tasks.count === compiled.opCount && compiled.fidelity.multicast !== "free";

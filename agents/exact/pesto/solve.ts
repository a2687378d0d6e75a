/**
 * One solve of Pesto's integer program (pesto-program.ts) over a graph coarsened to as many tasks
 * as the program may have: every solution is replayed by the simulator, and what is proven is
 * handed on with what it is worth.
 */

import type { Plan } from "../../../env/model/plan/plan.ts";
import type { Compiled } from "../../../env/sim/engine/compile.ts";
import type { MeteredEvaluator } from "../../../env/sim/evaluator/meter.ts";
import { createListOrder } from "../../lists/list-order.ts";
import { type MipLimits, type MipResult, solveMip } from "../../solver/highs.ts";
import { coarsenTasks } from "./coarsen.ts";
import { type PestoProblem, pestoProblem } from "./problem.ts";
import { type PestoProgram, pestoProgram } from "./program.ts";
import { replays, taskSchedule } from "./replay.ts";

export interface SizedProgram {
  readonly problem: PestoProblem;
  readonly program: PestoProgram;
  /** Does a task of it stand for several ops? */
  readonly isMerged: boolean;
}

/** How a solve ended, and what it leaves. */
export interface Solved extends MipResult {
  /** The program's own makespan of its last solution, and that solution. */
  readonly estimateUs?: number;
  readonly solution?: Plan;
  /** The same of the last solution that became the best plan, and in which evaluation it did. */
  readonly best?: { readonly estimateUs: number; readonly evaluation: number };
  /** No solution of the program is below. */
  readonly provenUs: number;
  /** Nor is any plan. */
  readonly holdsForAll: boolean;
}

/**
 * What the solver's tolerances could hide, as a share of a bound: conditions are lifted by terms a
 * thousand times a unit.
 */
export const ROUNDING = 1e-6;
/**
 * A merged task is estimated to take longer than the simulator says; plans this much above the best
 * one are still looked at.
 */
const MERGED_ROOM = 1.5;
const FEWER = 0.8;

/** The program of as many tasks as fit its size; null where even two do not. */
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
      const { unitDevices, startsUs } = program;
      const schedule = { unitDevice: unitDevices(value.columns), startsUs: startsUs(value.columns) };
      const plans = replays(problem, schedule, listOrder, evaluator);
      estimateUs = value.value * program.unitUs;
      solution = plans[0];
      for (const candidate of plans) {
        if (evaluator.exhausted) break;
        const before = evaluator.best?.outcome.cost ?? Number.POSITIVE_INFINITY;
        if (evaluator.evaluate(candidate).cost >= before) continue;
        best = { estimateUs, evaluation: evaluator.evaluations };
        yield candidate;
      }
    }
  } finally {
    await solver.return({ end: "stopped", bound: Number.NEGATIVE_INFINITY, nodes: 0, iterations: 0 });
  }
}

/** The best plan so far as the solver's first solution; what it makes of it is its own affair. */
function startOf(problem: PestoProblem, program: PestoProgram, { best }: MeteredEvaluator) {
  if (best?.outcome.feasible !== true || best.outcome.startUs === undefined) return undefined;
  const { unitDevice, startsUs } = taskSchedule(problem, best.plan, best.outcome.startUs);
  return program.startOf(problem.renamed(unitDevice), startsUs);
}

/**
 * Every plan is a solution where no ops are merged; a free transfer serves consumers on ways that
 * the program does not know.
 */
const holdsForAll = ({ tasks, compiled }: PestoProblem): boolean =>
  tasks.count === compiled.opCount && compiled.fidelity.multicast !== "free";

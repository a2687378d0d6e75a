/**
 * Pesto (Hafeez, Sun, Gandhi, Liu, Middleware 2021): placement and order by one integer program over a graph coarsened to as many tasks
 * as the solver can handle; the simulator replays the order. Built from a description of the paper's sets and rules; its text and code
 * were not at hand, so nothing here claims its figures.
 *
 * First a hill climb and list schedules, which are also what the solver starts from. Every solution is scored twice, in its order and
 * first come, first served. The solver stops on nodes and simplex iterations; the limit in seconds is a guard.
 */
import { z } from "zod";
import {
  type Compiled,
  compile,
  gapOf,
  type MeteredEvaluator,
  type Plan,
  placement,
  type Scenario,
} from "../../env/index.ts";
import type { PlannerModule, PlannerReport } from "../contract.ts";
import { type MipResult, solveMip } from "../exact/highs.ts";
import { coarsenTasks } from "../exact/pesto-coarsen.ts";
import { type PestoProblem, pestoProblem } from "../exact/pesto-problem.ts";
import { type PestoProgram, pestoProgram } from "../exact/pesto-program.ts";
import { replayPlan, taskSchedule } from "../exact/pesto-replay.ts";
import { endText } from "../exact/solver-end.ts";
import { firstPlans } from "../search/first-plans.ts";
import { etf } from "./etf.ts";
import { heft } from "./heft.ts";
import { hillClimb } from "./hill-climb.ts";

const options = z.strictObject({
  tasks: z
    .int()
    .min(2)
    .default(20)
    .describe("tasks that the graph is coarsened to; fewer where the program gets too large"),
  climb: z
    .int()
    .min(0)
    .default(200)
    .describe("evaluations of the plans to start from, at most a quarter of the budget"),
  iterations: z.int().min(1).default(100_000).describe("simplex iterations before the solver stops"),
  nodes: z.int().min(1).default(100_000).describe("branch-and-bound nodes before the solver stops"),
  seconds: z.number().positive().default(120).describe("seconds before the solver stops, a guard"),
  gap: z.number().min(0).max(1).default(0).describe("stops within this share of the program's optimum"),
  size: z.int().min(1).default(60_000).describe("largest program tried, in coefficients"),
});
type Options = z.infer<typeof options>;

export const pesto: PlannerModule<Options> = {
  kind: "planner",
  card: {
    id: "pesto",
    name: "Pesto",
    summary: "Devices and orders of ops and transfers by one integer program over a coarsened graph.",
    searchSpace: "device and start per task of a coarsened graph",
    paper:
      "Hafeez, Sun, Gandhi, Liu: Towards optimal placement and scheduling of DNN operations with Pesto. Middleware 2021",
    limits:
      "Coarsens to about 20 tasks, a tenth of what the paper's solver took. A task sends when all of its ops have ended, which the " +
      "simulator does not wait for. Its bound holds for every plan only where no ops were merged; under free multicast it has none.",
  },
  options,
  create: (given) => ({
    plan: (scenario, evaluator) => solve(scenario, evaluator, given),
  }),
};

/** What the solver's tolerances could hide, as a share of a bound: conditions are lifted by terms a thousand times a unit. */
const ROUNDING = 1e-6;
/** A merged task is estimated to take longer than the simulator says; plans this much above the best one are still looked at. */
const MERGED_ROOM = 1.5;
const FEWER = 0.8;

const FIRST_PLANNERS = [heft, etf, hillClimb] as PlannerModule[];

async function* solve(
  scenario: Scenario,
  evaluator: MeteredEvaluator,
  given: Options,
): AsyncGenerator<Plan, PlannerReport | undefined> {
  if (scenario.objective !== "makespan")
    return { failure: `Pesto plans for the makespan; the objective is ${scenario.objective}.` };
  yield* firstPlans(scenario, evaluator, {
    planners: FIRST_PLANNERS,
    evaluations: given.climb,
    stream: "the first plans of Pesto",
  });
  const compiled = compile(scenario);
  const found = buildProgram(compiled, evaluator, given);
  if (found === null)
    return {
      failure: `The graph is too large for an integer program of ${given.size} coefficients (option size).`,
    };
  const result = yield* improve(found.problem, found.program, evaluator, given);
  return reportOf(found.problem, found.program, result, evaluator, given);
}

/** The program of as many tasks as fit its size; null where even two do not. */
function buildProgram(compiled: Compiled, evaluator: MeteredEvaluator, given: Options) {
  const best = evaluator.best?.outcome.value ?? evaluator.ceiling;
  const lowerUs = evaluator.bound().value;
  for (let target = given.tasks; target >= 2; target = Math.floor(target * FEWER)) {
    const problem = pestoProblem(compiled, coarsenTasks(compiled, target));
    if (problem.tasks.count > 2 * given.tasks) return null;
    const isMerged = problem.tasks.count < compiled.opCount;
    const program = pestoProgram(problem, {
      upperUs: isMerged ? best * MERGED_ROOM : best,
      lowerUs: isMerged ? 0 : Math.min(lowerUs, best),
    });
    if (program.program.rowColumn.length <= given.size) return { problem, program };
  }
  return null;
}

async function* improve(
  problem: PestoProblem,
  program: PestoProgram,
  evaluator: MeteredEvaluator,
  limits: Options,
): AsyncGenerator<Plan, MipResult & { readonly estimateUs?: number }> {
  const solver = solveMip(program.program, {
    start: startOf(problem, program, evaluator),
    limits: { ...limits, relativeGap: limits.gap },
    stopped: () => evaluator.exhausted,
  });
  let estimateUs: number | undefined;
  try {
    for (;;) {
      const { done, value } = await solver.next();
      if (done === true) return { ...value, estimateUs };
      const plan = replayPlan(problem, program.unitDevices(value.columns), program.startsUs(value.columns));
      estimateUs = value.value * program.unitUs;
      for (const candidate of [plan, placement(plan.device)]) {
        if (evaluator.exhausted) break;
        const before = evaluator.best?.outcome.cost ?? Number.POSITIVE_INFINITY;
        if (evaluator.evaluate(candidate).cost < before) yield candidate;
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

function reportOf(
  problem: PestoProblem,
  program: PestoProgram,
  { end, bound, nodes, estimateUs }: MipResult & { readonly estimateUs?: number },
  evaluator: MeteredEvaluator,
  limits: Options,
): PlannerReport {
  const { tasks, compiled } = problem;
  const isMerged = tasks.count < compiled.opCount;
  const timeLimited = end === "time" || end === "stopped";
  const best = evaluator.best?.outcome.value ?? null;
  if (best === null && end === "infeasible" && !isMerged)
    return {
      failure: "Proven infeasible: no placement keeps all weights within the memory (integer program).",
    };
  const provenUs = Math.max(0, bound * program.unitUs * (1 - ROUNDING));
  const where = isMerged
    ? `${tasks.count} tasks merged from ${compiled.opCount} ops`
    : `${tasks.count} tasks, one for each op`;
  const optimum =
    estimateUs === undefined
      ? "no solution of its own"
      : `its best takes ${estimateUs.toFixed(2)} us, ${gapText(gapOf(estimateUs, provenUs))}`;
  const ended = `${endText(end, limits, "without a solution below the best known plan")} after ${nodes} ${nodes === 1 ? "node" : "nodes"}`;
  const note = `Integer program of ${where}, ${ended}: ${optimum}.`;
  // A free transfer serves consumers on ways that the program does not know.
  const holdsForAll = !isMerged && compiled.fidelity.multicast !== "free";
  if (!holdsForAll || !(provenUs > 0)) return { timeLimited, estimate: estimateUs, note };
  const value = Math.min(provenUs, best ?? Number.POSITIVE_INFINITY);
  const proven = { value, argument: "integer program of devices and orders" };
  return { timeLimited, estimate: estimateUs, bound: proven, note };
}

const gapText = (gap: number | null): string =>
  gap === null ? "without a bound" : `${(100 * Math.max(0, gap)).toFixed(2)}% above its bound`;

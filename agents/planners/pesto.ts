/**
 * Pesto (Hafeez, Sun, Gandhi, Liu, Middleware 2021): placement and order by one integer program over a graph coarsened to as many tasks
 * as the solver can handle; the simulator replays the order. Built from a description of the paper's sets and rules; its text and code
 * were not at hand, so nothing here claims its figures.
 *
 * First list schedules and a hill climb, which are also what the solver starts from. Every solution is scored twice, in its order and
 * first come, first served. Where the program has not proven the best plan optimal a search goes on from its solution on the graph as it
 * was (refinement.ts). The solver stops on nodes and simplex iterations; the limit in seconds is a guard.
 */
import { z } from "zod";
import {
  BudgetExhausted,
  type Compiled,
  compile,
  gapOf,
  type MeteredEvaluator,
  type Plan,
  placement,
  type Rng,
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
import { refine } from "../search/refinement.ts";
import { cpop } from "./cpop.ts";
import { criticalPathFirst } from "./critical-path-first.ts";
import { etf } from "./etf.ts";
import { heft } from "./heft.ts";
import { hillClimb } from "./hill-climb.ts";
import { mEtf } from "./m-etf.ts";

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
  refine: z
    .int()
    .min(0)
    .default(2_000)
    .describe(
      "evaluations of the search that goes on from the program's solution, from large groups to small ones",
    ),
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
    summary:
      "Devices and orders of ops and transfers by one integer program over a coarsened graph, refined on the graph as it was.",
    searchSpace: "device and start per task of a coarsened graph",
    paper:
      "Hafeez, Sun, Gandhi, Liu: Towards optimal placement and scheduling of DNN operations with Pesto. Middleware 2021",
    limits:
      "Coarsens to about 20 tasks, a tenth of what the paper's solver took. A task sends when all of its ops have ended, which the " +
      "simulator does not wait for: on large graphs most of the answer is that of the refinement, which is ours. Its bound holds for every plan only where no ops were merged; under free multicast it has none.",
  },
  options,
  create: (given) => ({
    plan: (scenario, evaluator, rng) => solve(scenario, evaluator, rng, given),
  }),
};

/** What the solver's tolerances could hide, as a share of a bound: conditions are lifted by terms a thousand times a unit. */
const ROUNDING = 1e-6;
/** A merged task is estimated to take longer than the simulator says; plans this much above the best one are still looked at. */
const MERGED_ROOM = 1.5;
const FEWER = 0.8;

const FIRST_PLANNERS = [heft, cpop, etf, criticalPathFirst, mEtf, hillClimb] as PlannerModule[];

async function* solve(
  scenario: Scenario,
  evaluator: MeteredEvaluator,
  rng: Rng,
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
  if (found === null) {
    yield* refineAfter(scenario, NOTHING_SOLVED, evaluator, rng, given);
    const sentence = `The graph is too large for an integer program of ${given.size} coefficients (option size).`;
    return evaluator.best === null ? { failure: sentence } : { note: sentence };
  }
  const { problem, program } = found;
  const solved = yield* improve(problem, program, evaluator, given);
  yield* refineAfter(scenario, solved, evaluator, rng, given);
  return reportOf(problem, solved, evaluator, given);
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

/** How a solve ended, and what it leaves. */
interface Solved extends MipResult {
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

/** Every plan is a solution where no ops are merged; a free transfer serves consumers on ways that the program does not know. */
const holdsForAll = ({ tasks, compiled }: PestoProblem): boolean =>
  tasks.count === compiled.opCount && compiled.fidelity.multicast !== "free";

const NOTHING_SOLVED: Solved = {
  end: "limit",
  bound: Number.NEGATIVE_INFINITY,
  nodes: 0,
  iterations: 0,
  provenUs: 0,
  holdsForAll: false,
};

async function* improve(
  problem: PestoProblem,
  program: PestoProgram,
  evaluator: MeteredEvaluator,
  limits: Options,
): AsyncGenerator<Plan, Solved> {
  const solver = solveMip(program.program, {
    start: startOf(problem, program, evaluator),
    limits: { ...limits, relativeGap: limits.gap },
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
      const plan = replayPlan(problem, program.unitDevices(value.columns), program.startsUs(value.columns));
      estimateUs = value.value * program.unitUs;
      solution = plan;
      for (const candidate of [plan, placement(plan.device)]) {
        if (evaluator.exhausted) break;
        const before = evaluator.best?.outcome.cost ?? Number.POSITIVE_INFINITY;
        if (evaluator.evaluate(candidate).cost >= before) continue;
        best = { estimateUs, evaluation: evaluator.spent };
        yield candidate;
      }
    }
  } finally {
    await solver.return({ end: "stopped", bound: Number.NEGATIVE_INFINITY, nodes: 0, iterations: 0 });
  }
}

/** From large groups to single classes, until a plan is proven to be the best. */
async function* refineAfter(
  scenario: Scenario,
  { solution, provenUs, holdsForAll }: Solved,
  evaluator: MeteredEvaluator,
  rng: Rng,
  { tasks, refine: evaluations }: Options,
): AsyncGenerator<Plan, void> {
  if (evaluator.best === null) return;
  const boundUs = Math.max(evaluator.bound().value, holdsForAll ? provenUs : 0);
  const isDone = () =>
    (evaluator.best?.outcome.value ?? Number.POSITIVE_INFINITY) <= boundUs * (1 + 2 * ROUNDING);
  const from = solution === undefined ? [] : [solution];
  try {
    yield* refine(scenario, evaluator, rng, { coarsest: Math.ceil(tasks / 2), evaluations, from, isDone });
  } catch (error) {
    if (!(error instanceof BudgetExhausted)) throw error;
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
  { end, nodes, estimateUs, provenUs, holdsForAll, best: solvedBest }: Solved,
  evaluator: MeteredEvaluator,
  limits: Options,
): PlannerReport {
  const { tasks, compiled } = problem;
  const isMerged = tasks.count < compiled.opCount;
  const isOutOfTime = evaluator.exhausted && evaluator.remaining > 0;
  const timeLimited = end === "time" || end === "stopped" || isOutOfTime;
  const estimate = solvedBest?.evaluation === evaluator.best?.evaluation ? solvedBest?.estimateUs : undefined;
  const best = evaluator.best?.outcome.value ?? null;
  if (best === null && end === "infeasible" && !isMerged)
    return {
      failure: "Proven infeasible: no placement keeps all weights within the memory (integer program).",
    };
  const where = isMerged
    ? `${tasks.count} tasks merged from ${compiled.opCount} ops`
    : `${tasks.count} tasks, one for each op`;
  const optimum =
    estimateUs === undefined
      ? "no solution of its own"
      : `its best takes ${estimateUs.toFixed(2)} us, ${gapText(gapOf(estimateUs, provenUs))}`;
  const ended = `${endText(end, limits, "without a solution below the best known plan")} after ${nodes} ${nodes === 1 ? "node" : "nodes"}`;
  const note = `Integer program of ${where}, ${ended}: ${optimum}.`;
  if (!holdsForAll || !(provenUs > 0)) return { timeLimited, estimate, note };
  const value = Math.min(provenUs, best ?? Number.POSITIVE_INFINITY);
  const proven = { value, argument: "integer program of devices and orders" };
  return { timeLimited, estimate, bound: proven, note };
}

const gapText = (gap: number | null): string =>
  gap === null ? "without a bound" : `${(100 * Math.max(0, gap)).toFixed(2)}% above its bound`;

/**
 * Pesto (Hafeez, Sun, Gandhi, Liu, Middleware 2021): placement and order by an integer program over
 * a coarsened graph. The graph has as many tasks as the solver can handle; the simulator replays
 * the order. It is built from a description of the paper's sets and rules. Its text and code were
 * not available, so nothing here claims its figures.
 *
 * First come list schedules and a hill climb, which also give the solver's start, then the program.
 * If the best plan is not proven optimal, two steps of our own follow on the original graph:
 *
 *   - a search from large groups to small ones (search/groups/coarse-to-fine.ts);
 *   - the program again in windows of a few ops (exact/pesto/windows.ts).
 *
 * Solves stop on nodes and simplex iterations; the limit in seconds is a guard.
 */

import { z } from "zod";
import type { Plan } from "../../../../env/model/plan/plan.ts";
import type { Rng } from "../../../../env/model/rng.ts";
import type { Scenario } from "../../../../env/model/scenario.ts";
import { PLACEMENTS } from "../../../../env/sim/bounds/best.ts";
import { compile } from "../../../../env/sim/engine/compile.ts";
import { BudgetExhausted } from "../../../../env/sim/evaluator/budget.ts";
import { gapOf } from "../../../../env/sim/evaluator/contract.ts";
import type { MeteredEvaluator } from "../../../../env/sim/evaluator/meter.ts";
import {
  type Estimate,
  endOf,
  type Fact,
  type PlannerModule,
  type PlannerReport,
} from "../../../contract.ts";
import {
  ROUNDING,
  type SizedProgram,
  type Solved,
  sizedProgram,
  solveProgram,
} from "../../../exact/pesto/solve.ts";
import { hasWindows, improveWindows, type WindowsReport } from "../../../exact/pesto/windows.ts";
import { refine } from "../../../search/groups/coarse-to-fine.ts";
import { firstPlans } from "../../../search/groups/first-plans.ts";
import { endText } from "../../../solver/solver-end.ts";
import { cpop } from "../lists/cpop.ts";
import { criticalPathFirst } from "../lists/critical-path-first.ts";
import { etf } from "../lists/etf.ts";
import { heft } from "../lists/heft.ts";
import { mEtf } from "../lists/m-etf.ts";
import { hillClimb } from "../search/hill-climb.ts";

const options = z.strictObject({
  tasks: z
    .int()
    .min(2)
    .default(20)
    .describe("Tasks that the graph is coarsened to; fewer where the program gets too large."),
  climb: z
    .int()
    .min(0)
    .default(200)
    .describe("Evaluations of the plans to start from, at most a quarter of the budget."),
  refine: z
    .int()
    .min(0)
    .default(2_000)
    .describe(
      "Evaluations of the search that continues from the program's solution, from large groups to small ones.",
    ),
  windows: z
    .int()
    .min(0)
    .default(12)
    .describe(
      "Windows of a few ops each that the program places again after that, on graphs of up to 400 ops.",
    ),
  iterations: z
    .int()
    .min(1)
    .default(100_000)
    .describe(
      "Simplex iterations before the solver stops; a twentieth of them where tasks are merged, and for each window.",
    ),
  nodes: z.int().min(1).default(100_000).describe("Branch-and-bound nodes before the solver stops."),
  seconds: z.number().positive().default(120).describe("Seconds before a solve stops, a guard."),
  gap: z.number().min(0).max(1).default(0).describe("Stops within this share of the program's optimum."),
  size: z.int().min(1).default(60_000).describe("Largest program tried, in coefficients."),
});
type Options = z.infer<typeof options>;

export const pesto: PlannerModule<Options> = {
  kind: "planner",
  card: {
    id: "pesto",
    systems: ["pesto"],
    name: "Pesto",
    summary:
      "Devices and orders of ops and transfers by one integer program over a coarsened graph, refined on the original graph.",
    searchSpace: "device and start per task of a coarsened graph",
    paper:
      "Hafeez, Sun, Gandhi, Liu: Towards optimal placement and scheduling of DNN operations with Pesto. Middleware 2021",
    limits:
      "Coarsens to about 20 tasks, a tenth of what the paper's solver took. A merged task sends when all of its ops have ended, but the " +
      "simulator does not wait for that. So plans of large graphs come from the refinement and, up to 400 ops, from the windows, both ours. " +
      "Its bound holds for every plan only if no ops were merged; under free multicast it has none.",
  },
  traits: { answers: "placement", objectives: ["makespan"], effort: "seconds", random: true },
  options,
  create: (given) => ({
    plan: (scenario, evaluator, rng) => solve(scenario, evaluator, rng, given),
  }),
};

const FIRST_PLANNERS = [heft, cpop, etf, criticalPathFirst, mEtf, hillClimb] as PlannerModule[];
/**
 * The share of the iterations for a program of merged tasks, which is only an estimate, and for
 * each window.
 */
const PART_SHARE = 0.05;
/** Evaluations that are kept for the windows: a few for each, at most a share of the rest. */
const EVALUATIONS_OF_WINDOW = 10;
const WINDOWS_REST = 0.1;

async function* solve(
  scenario: Scenario,
  evaluator: MeteredEvaluator,
  rng: Rng,
  given: Options,
): AsyncGenerator<Plan, PlannerReport | undefined> {
  yield* firstPlans(scenario, evaluator, {
    planners: FIRST_PLANNERS,
    most: given.climb,
    stream: "the first plans of Pesto",
  });
  const sized = sizedProgram(compile(scenario), evaluator, given);
  const solved =
    sized === null ? NOTHING_SOLVED : yield* solveProgram(sized, evaluator, limitsOf(sized, given));
  const windows = yield* goOn(scenario, solved, evaluator, rng, given);
  return reportOf(sized, solved, windows, evaluator, given);
}

const NOTHING_SOLVED: Solved = {
  end: "limit",
  bound: Number.NEGATIVE_INFINITY,
  nodes: 0,
  iterations: 0,
  provenUs: 0,
  holdsForAll: false,
};

const limitsOf = ({ isMerged }: SizedProgram, { iterations, nodes, seconds, gap }: Options) => ({
  iterations: isMerged ? Math.ceil(PART_SHARE * iterations) : iterations,
  nodes,
  seconds,
  relativeGap: gap,
});

/** The refinement and the windows, until a plan is proven to be the best. */
async function* goOn(
  scenario: Scenario,
  { solution, provenUs, holdsForAll }: Solved,
  evaluator: MeteredEvaluator,
  rng: Rng,
  given: Options,
): AsyncGenerator<Plan, WindowsReport> {
  const windows: WindowsReport = { solved: 0, improved: 0, timeLimited: false };
  if (evaluator.best === null) return windows;
  const boundUs = Math.max(evaluator.bound().value, holdsForAll ? provenUs : 0);
  const isDone = () =>
    (evaluator.best?.outcome.value ?? Number.POSITIVE_INFINITY) <= boundUs * (1 + 2 * ROUNDING);
  const compiled = compile(scenario);
  const kept = hasWindows(compiled)
    ? Math.floor(Math.min(EVALUATIONS_OF_WINDOW * given.windows, WINDOWS_REST * evaluator.remaining))
    : 0;
  try {
    yield* refine(scenario, evaluator, rng.child("refinement"), {
      coarsest: Math.ceil(given.tasks / 2),
      most: Math.min(given.refine, evaluator.remaining - kept),
      from: solution === undefined ? [] : [solution],
      isDone,
    });
    return yield* improveWindows(compiled, evaluator, rng.child("windows"), {
      windows: given.windows,
      iterations: Math.ceil(PART_SHARE * given.iterations),
      nodes: given.nodes,
      seconds: given.seconds,
      size: given.size,
      isDone,
    });
  } catch (error) {
    if (!(error instanceof BudgetExhausted)) throw error;
    return windows;
  }
}

function reportOf(
  sized: SizedProgram | null,
  { end, nodes, estimateUs, provenUs, holdsForAll, best: solvedBest }: Solved,
  windows: WindowsReport,
  evaluator: MeteredEvaluator,
  limits: Options,
): PlannerReport {
  const timed = end === "time" || end === "stopped" || windows.timeLimited;
  const ended = timed ? "clock" : endOf(evaluator);
  const estimate: Estimate | undefined =
    solvedBest !== undefined && solvedBest.evaluation === evaluator.best?.evaluation
      ? { value: solvedBest.estimateUs, unit: "us", model: "integer program" }
      : undefined;
  const best = evaluator.best?.outcome.value ?? null;
  const windowFacts: Fact[] =
    windows.solved === 0
      ? []
      : [
          { name: "windows solved", value: windows.solved },
          { name: "windows with a better plan", value: windows.improved },
        ];
  if (sized === null) {
    const sentence = `The graph is too large for an integer program of ${limits.size} coefficients (option size).`;
    if (evaluator.best === null) return { failure: sentence, ended };
    return { facts: [{ name: "no integer program", value: sentence }, ...windowFacts], ended };
  }
  const { isMerged, problem } = sized;
  const { tasks, compiled } = problem;
  if (best === null && end === "infeasible" && !isMerged)
    return {
      failure: "Proven infeasible: no placement keeps all weights within the memory (integer program).",
    };
  const where = isMerged
    ? `${tasks.count} tasks merged from ${compiled.opCount} ops`
    : `${tasks.count} tasks, one for each op`;
  const facts: Fact[] = [
    { name: "integer program", value: `of ${where}` },
    { name: "it was", value: endText(end, limits, "left without a solution below the best known plan") },
    { name: "nodes", value: nodes },
    ...solutionFacts(estimateUs, provenUs),
    ...windowFacts,
  ];
  if (!holdsForAll || !(provenUs > 0)) return { ended, estimate, facts };
  const value = Math.min(provenUs, best ?? Number.POSITIVE_INFINITY);
  const proven = { value, argument: "integer program of devices and orders", covers: PLACEMENTS };
  return { ended, estimate, bound: proven, facts };
}

/** The best solution of the program itself, in its own time, and how far it is from optimal. */
function solutionFacts(estimateUs: number | undefined, provenUs: number): Fact[] {
  if (estimateUs === undefined) return [];
  const gap = gapOf(estimateUs, provenUs);
  const solution: Fact = { name: "its best solution", value: estimateUs, unit: "us" };
  if (gap === null) return [solution];
  return [solution, { name: "above its bound by", value: `${(100 * Math.max(0, gap)).toFixed(2)}%` }];
}

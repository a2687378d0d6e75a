/**
 * Coarse to fine: from the plans of list schedules and a hill climb to ever smaller moves, our own
 * composition of known parts.
 *
 *   - Large groups move between devices first, then smaller ones, and single co-location classes at
 *     last, each placement in the order of its list schedule (search/groups/coarse-to-fine.ts).
 *   - Then windows of a few ops are placed and ordered again by an integer program, all else kept
 *     (exact/pesto/windows.ts).
 *
 * Solves stop on nodes and simplex iterations; the limit in seconds is a guard.
 */
import { z } from "zod";
import type { Placement } from "../../../../env/model/plan/placement.ts";
import type { Plan } from "../../../../env/model/plan/plan.ts";
import type { Rng } from "../../../../env/model/rng.ts";
import type { Scenario } from "../../../../env/model/scenario.ts";
import { compile } from "../../../../env/sim/engine/compile.ts";
import { BudgetExhausted } from "../../../../env/sim/evaluator/budget.ts";
import type { MeteredEvaluator } from "../../../../env/sim/evaluator/meter.ts";
import { endOf, type Fact, type PlannerModule, type PlannerReport } from "../../../contract.ts";
import { ROUNDING } from "../../../exact/pesto/solve.ts";
import { hasWindows, improveWindows, type WindowsReport } from "../../../exact/pesto/windows.ts";
import { plainPlan } from "../../../problems/plain-plan.ts";
import { refine } from "../../../search/groups/coarse-to-fine.ts";
import { firstPlans } from "../../../search/groups/first-plans.ts";
import { cpop } from "../lists/cpop.ts";
import { criticalPathFirst } from "../lists/critical-path-first.ts";
import { etf } from "../lists/etf.ts";
import { heft } from "../lists/heft.ts";
import { mEtf } from "../lists/m-etf.ts";
import { hillClimb } from "./hill-climb.ts";

const options = z.strictObject({
  climb: z
    .int()
    .min(0)
    .default(200)
    .describe("Simulations of the plans to start from, at most a quarter of the budget."),
  coarsest: z.int().min(2).default(10).describe("Groups that move first; each level has twice as many."),
  refine: z.int().min(0).default(2_000).describe("Simulations of the moves from large groups to small ones."),
  windows: z
    .int()
    .min(0)
    .default(12)
    .describe("Windows of a few ops that an integer program places again, on graphs of up to 400 ops."),
  iterations: z.int().min(1).default(5_000).describe("Simplex iterations before a window's solve stops."),
  nodes: z.int().min(1).default(100_000).describe("Branch-and-bound nodes before a window's solve stops."),
  seconds: z.number().positive().default(600).describe("Seconds before a solve stops, a guard."),
  size: z.int().min(1).default(60_000).describe("Largest program of a window, in coefficients."),
});
type Options = z.infer<typeof options>;

export const coarseToFine: PlannerModule<Options> = {
  kind: "planner",
  card: {
    id: "coarse-to-fine",
    name: "Coarse to fine",
    summary:
      "Starts from list schedules and a hill climb, moves groups from large to small, and solves windows of ops exactly.",
    searchSpace: "device per co-location class, and an order of ops on each device",
    limits:
      "Each placement runs in the order of its list schedule, which counts as a simulation. Windows need a graph of at most 400 ops. It proves no bound.",
  },
  traits: { answers: "placement", objectives: ["makespan"], effort: "seconds", random: true },
  options,
  create: (given) => ({
    plan: (scenario, evaluator, rng) => search(scenario, evaluator, rng, given),
  }),
};

const FIRST_PLANNERS = [heft, cpop, etf, criticalPathFirst, mEtf, hillClimb] as PlannerModule[];
/** Evaluations that are kept for the windows: a few for each, at most a share of the rest. */
const EVALUATIONS_OF_WINDOW = 10;
const WINDOWS_REST = 0.1;

async function* search(
  scenario: Scenario,
  evaluator: MeteredEvaluator,
  rng: Rng,
  given: Options,
): AsyncGenerator<Plan, PlannerReport | undefined> {
  yield* firstPlans(scenario, evaluator, {
    planners: FIRST_PLANNERS,
    most: given.climb,
    stream: "the first plans of coarse to fine",
  });
  if (evaluator.best === null) {
    const plan = plainPlan(scenario);
    evaluator.evaluate(plan);
    yield plan;
  }
  const windows = yield* goOn(scenario, evaluator, rng, given);
  const ended = windows.timeLimited ? "clock" : endOf(evaluator);
  return { ended, facts: factsOf(windows) };
}

/** The refinement and the windows, until a plan meets the bound. */
async function* goOn(
  scenario: Scenario,
  evaluator: MeteredEvaluator,
  rng: Rng,
  given: Options,
): AsyncGenerator<Placement, WindowsReport> {
  const none: WindowsReport = { solved: 0, improved: 0, timeLimited: false };
  if (evaluator.best === null) return none;
  const boundUs = evaluator.bound().value;
  const isDone = () =>
    (evaluator.best?.outcome.value ?? Number.POSITIVE_INFINITY) <= boundUs * (1 + 2 * ROUNDING);
  const compiled = compile(scenario);
  const kept = hasWindows(compiled)
    ? Math.floor(Math.min(EVALUATIONS_OF_WINDOW * given.windows, WINDOWS_REST * evaluator.remaining))
    : 0;
  try {
    yield* refine(scenario, evaluator, rng.child("refinement"), {
      coarsest: given.coarsest,
      most: Math.min(given.refine, evaluator.remaining - kept),
      from: [],
      isDone,
    });
    return yield* improveWindows(compiled, evaluator, rng.child("windows"), { ...given, isDone });
  } catch (error) {
    if (!(error instanceof BudgetExhausted)) throw error;
    return none;
  }
}

const factsOf = ({ solved, improved }: WindowsReport): Fact[] =>
  solved === 0
    ? []
    : [
        { name: "windows solved", value: solved },
        { name: "windows with a better plan", value: improved },
      ];

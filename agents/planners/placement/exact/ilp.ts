/**
 * Placement by integer programming with HiGHS. For max load and latency it solves the programs of
 * Tarnawski et al. (NeurIPS 2020), for the makespan a relaxation of the simulator. The evaluator
 * scores every solution. The solver's bound is reported if it holds for all plans.
 *
 * The search starts from a quick plan: the program over ideals with small limits, a short latency
 * search, or HEFT. It stops on simplex iterations, which are the same on every machine. The limit
 * in seconds is a guard, and a run that it ended says so.
 */

import { z } from "zod";
import { colocated, contract } from "../../../../env/model/layers/elements.ts";
import { type Placement, placement } from "../../../../env/model/plan/placement.ts";
import { asPlacement, type Plan } from "../../../../env/model/plan/plan.ts";
import type { Rng } from "../../../../env/model/rng.ts";
import type { Scenario } from "../../../../env/model/scenario.ts";
import { PLACEMENTS } from "../../../../env/sim/bounds/best.ts";
import type { Bound } from "../../../../env/sim/evaluator/contract.ts";
import type { MeteredEvaluator } from "../../../../env/sim/evaluator/meter.ts";
import type { Fact, PlannerModule, PlannerReport } from "../../../contract.ts";
import { quickSplit } from "../../../exact/ideals/contiguous-optimum.ts";
import { latencyProgram } from "../../../exact/programs/latency-program.ts";
import { makespanProgram } from "../../../exact/programs/makespan-program.ts";
import { maxLoadProgram } from "../../../exact/programs/max-load-program.ts";
import type { PlacementProgram } from "../../../exact/programs/placement-program.ts";
import { elementDevices } from "../../../problems/split/split-plan.ts";
import { type SplitProblem, splitProblem } from "../../../problems/split/split-problem.ts";
import { type MipResult, STOPPED, solveMip } from "../../../solver/highs.ts";
import { endedBy, endText } from "../../../solver/solver-end.ts";
import { heft } from "../lists/heft.ts";
import { latencySearch } from "../search/latency-search.ts";

const options = z.strictObject({
  contiguous: z
    .boolean()
    .default(false)
    .describe("Max load only: no forward path may leave a device and come back."),
  pieces: z
    .int()
    .min(0)
    .max(8)
    .default(1)
    .describe(
      "Latency only: pieces that an accelerator may run one after another; 0 leaves them out for a bound on all plans.",
    ),
  iterations: z.int().min(1).default(400_000).describe("Simplex iterations before the solver stops."),
  nodes: z.int().min(1).default(1_000_000).describe("Branch-and-bound nodes before the solver stops."),
  seconds: z.number().positive().default(120).describe("Seconds before the solver stops, a guard."),
  gap: z
    .number()
    .min(0)
    .max(1)
    .default(0)
    .describe("Stops at a plan proven to be within this share of the optimum."),
  size: z.int().min(1).default(60_000).describe("Largest program tried, in coefficients."),
});
type Options = z.infer<typeof options>;

export const ilp: PlannerModule<Options> = {
  kind: "planner",
  card: {
    id: "ilp",
    systems: ["dnn-partitioning"],
    name: "ILP",
    summary: "Integer program solved by HiGHS, with a proven lower bound.",
    searchSpace: "device per co-location class",
    paper:
      "Tarnawski, Phanishayee, Devanur, Mahajan, Nina Paravecino: Efficient Algorithms for Device Placement of DNN Graph Operators. NeurIPS 2020",
    limits:
      "Small graphs. For the makespan it solves a relaxation without queues: a true bound, but the relaxation's best plan need " +
      "not be the simulator's. For latency its bound is on plans of few pieces, or with pieces=0 on a relaxation.",
  },
  traits: {
    answers: "placement",
    objectives: ["makespan", "max-load", "latency"],
    effort: "seconds",
    random: false,
    // About 6 s. At its clock a row would not repeat, and on a busy machine 120 s are soon over.
    asCompared: { iterations: "15000", seconds: "3600" },
  },
  options,
  refuses: ({ objective }, { contiguous }) =>
    contiguous && objective !== "max-load"
      ? `Only max-load programs can be contiguous; the objective is ${objective}.`
      : null,
  create: (given) => ({
    plan: (scenario, evaluator, rng) => solve(scenario, evaluator, rng, given),
  }),
};

/** The error that the solver's tolerances may cause, as a share of a bound. */
const ROUNDING = 1e-7;
/** A quick plan is made only if the budget has more evaluations. */
const QUICK_EVALUATIONS = 5;

async function* solve(
  scenario: Scenario,
  evaluator: MeteredEvaluator,
  rng: Rng,
  given: Options,
): AsyncGenerator<Plan, PlannerReport | undefined> {
  const problem = splitProblem(scenario, given.contiguous ? contract(scenario) : colocated(scenario));
  const tooLarge = sizeFailure(problem, given, () =>
    programOf(problem, given, { upperUs: evaluator.ceiling, lowerUs: 0 }),
  );
  if (tooLarge !== null) return { failure: tooLarge };

  const start = yield* startFrom(scenario, evaluator, rng);
  if (start.known !== undefined && start.upperUs <= start.bound.value * (1 + ROUNDING))
    return {
      bound: start.bound,
      facts: [{ name: "nothing left to solve", value: "the quick plan meets the bound" }],
    };
  const lowerUs = Math.min(start.bound.value, start.upperUs);
  const program = programOf(problem, given, { upperUs: start.upperUs, lowerUs });
  const result = yield* improve(problem, program, evaluator, given, start.known);
  return reportOf(scenario, program, result, evaluator, given, start.bound);
}

function programOf(
  problem: SplitProblem,
  { contiguous, pieces }: Options,
  limits: { readonly upperUs: number; readonly lowerUs: number },
): PlacementProgram {
  switch (problem.scenario.objective) {
    case "max-load":
      return maxLoadProgram(problem, { contiguous, ...limits });
    case "latency":
      return latencyProgram(problem, { pieces, ...limits });
    default:
      return makespanProgram(problem, limits);
  }
}

interface Start {
  readonly known: Placement | undefined;
  /** The value of the known plan, or the ceiling of all plans. */
  readonly upperUs: number;
  readonly bound: Bound;
}

/** Scores a quick plan, if the budget allows it. */
async function* startFrom(
  scenario: Scenario,
  evaluator: MeteredEvaluator,
  rng: Rng,
): AsyncGenerator<Plan, Start> {
  const bound = evaluator.bound();
  const quick = scenario.objective === "max-load" ? quickSplit(scenario) : null;
  if (quick !== null) {
    if (evaluator.remaining > 1) {
      evaluator.evaluate(quick.plan);
      yield quick.plan;
    }
    return { known: quick.plan, upperUs: quick.valueUs, bound };
  }
  let report: PlannerReport | undefined;
  if (evaluator.remaining > QUICK_EVALUATIONS && scenario.objective !== "max-load") {
    const planner =
      scenario.objective === "latency"
        ? latencySearch.create(latencySearch.options.parse({ orders: 8, rounds: 2 }))
        : heft.create({ pool: "all", variants: "plain" });
    report = yield* planner.plan(scenario, evaluator, rng);
  }
  const best = evaluator.best?.outcome.feasible ? evaluator.best : undefined;
  return {
    known: best && asPlacement(best.plan),
    upperUs: best?.outcome.value ?? evaluator.ceiling,
    bound: report?.bound ?? bound,
  };
}

/**
 * Runs the solver and scores its solutions, but keeps the last evaluation for the last solution.
 */
async function* improve(
  { elements }: SplitProblem,
  program: PlacementProgram,
  evaluator: MeteredEvaluator,
  limits: Options,
  known: Placement | undefined,
): AsyncGenerator<Placement, MipResult> {
  const start = known && program.startOf(elementDevices(elements, known));
  const seen = new Set(evaluator.spent > 0 ? [start?.values.join("")] : []);
  const solver = solveMip(program.program, {
    start,
    limits: { ...limits, relativeGap: limits.gap },
    stopped: () => evaluator.exhausted,
  });
  let unscored: Placement | null = null;
  try {
    for (;;) {
      const { done, value } = await solver.next();
      if (done === true) {
        if (unscored !== null && !evaluator.exhausted && improves(unscored, evaluator)) yield unscored;
        return value;
      }
      const deviceOf = program.devicesOf(value.columns);
      const name = program.startOf(deviceOf).values.join("");
      if (seen.has(name)) continue;
      seen.add(name);
      unscored = placement(elements.of.map((element) => deviceOf[element]));
      if (evaluator.remaining === 1) continue;
      if (improves(unscored, evaluator)) yield unscored;
      unscored = null;
    }
  } finally {
    await solver.return(STOPPED);
  }
}

function improves(plan: Placement, evaluator: MeteredEvaluator): boolean {
  const before = evaluator.best?.outcome.cost ?? Number.POSITIVE_INFINITY;
  return evaluator.evaluate(plan).cost < before;
}

function sizeFailure(
  { elements, scenario }: SplitProblem,
  { size }: Options,
  build: () => PlacementProgram,
): string | null {
  const binaries = elements.count * scenario.cluster.devices.length;
  if (binaries > size)
    return `The graph is too large for an integer program: ${binaries} binary columns, limit ${size} coefficients (option size).`;
  const coefficients = build().program.rowColumn.length;
  if (coefficients > size)
    return `The graph is too large for an integer program: ${coefficients} coefficients, limit ${size} (option size).`;
  return null;
}

function reportOf(
  { objective }: Scenario,
  { unitUs }: PlacementProgram,
  { end, bound, nodes }: MipResult,
  { best }: MeteredEvaluator,
  limits: Options,
  known: Bound,
): PlannerReport {
  const ended = endedBy(end);
  if (best === null) {
    const failure =
      end === "infeasible"
        ? "No placement fits the memory and the supported ops of the devices."
        : `The integer program ${endedText(end, limits)} without a plan.`;
    return { failure, ended };
  }
  const { value } = best.outcome;
  // If the program has no solution below the known plan's value, that value is proven.
  const solvedUs = end === "infeasible" ? Number.POSITIVE_INFINITY : bound * unitUs * (1 - ROUNDING);
  const provenUs = Math.min(solvedUs, value ?? Number.POSITIVE_INFINITY);
  const facts: Fact[] = [
    { name: "integer program", value: endedText(end, limits) },
    { name: "nodes", value: nodes },
  ];
  const below = (plans: string): Fact => ({ name: `no ${plans} is below`, value: provenUs, unit: "us" });
  if (limits.contiguous) return { ended, facts: [below("contiguous plan"), ...facts] };
  if (objective === "latency" && limits.pieces > 0) {
    const pieces = `${limits.pieces} ${limits.pieces === 1 ? "piece" : "pieces"}`;
    return { ended, bound: known, facts: [below(`plan of at most ${pieces} on an accelerator`), ...facts] };
  }
  const proven: Bound | undefined =
    provenUs > known.value ? { value: provenUs, argument: argumentOf(objective), covers: PLACEMENTS } : known;
  return { ended, bound: proven, facts };
}

function argumentOf(objective: Scenario["objective"]): string {
  if (objective === "makespan") return "integer program, a relaxation without queues";
  return objective === "latency" ? "integer program, a relaxation without pieces" : "integer program";
}

function endedText(end: MipResult["end"], limits: Options): string {
  return endText(end, limits, "found no better plan possible");
}

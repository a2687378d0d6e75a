/**
 * Placement by integer programming with HiGHS: for max load the program of Tarnawski et al. (NeurIPS 2020), for the makespan a
 * relaxation of the simulator. Every solution is scored by the evaluator; the solver's bound is reported where it holds for
 * all plans.
 *
 * The search starts from a quick plan (the ideals program with small limits, or HEFT) and stops on simplex iterations,
 * which are the same on every machine; the limit in seconds is a guard, and a run that it ended says so.
 */
import { z } from "zod";
import {
  type Bound,
  gapOf,
  type MeteredEvaluator,
  type Plan,
  placement,
  type Rng,
  type Scenario,
} from "../../env/index.ts";
import type { PlannerModule, PlannerReport } from "../contract.ts";
import { colocated, contract } from "../exact/contract.ts";
import { type MipResult, solveMip } from "../exact/highs.ts";
import { makespanProgram } from "../exact/makespan-program.ts";
import { maxLoadProgram } from "../exact/max-load-program.ts";
import type { PlacementProgram } from "../exact/placement-program.ts";
import { quickSplit } from "../exact/quick-split.ts";
import { elementDevices } from "../exact/split-plan.ts";
import { type SplitProblem, splitProblem } from "../exact/split-problem.ts";
import { heft } from "./heft.ts";

const options = z.strictObject({
  contiguous: z
    .boolean()
    .default(false)
    .describe("max load only: no forward path may leave a device and come back"),
  iterations: z.int().min(1).default(400_000).describe("simplex iterations before the solver stops"),
  nodes: z.int().min(1).default(1_000_000).describe("branch-and-bound nodes before the solver stops"),
  seconds: z.number().positive().default(120).describe("seconds before the solver stops, a guard"),
  gap: z
    .number()
    .min(0)
    .max(1)
    .default(0)
    .describe("stops at a plan proven to be within this share of the optimum"),
  size: z.int().min(1).default(60_000).describe("largest program tried, in coefficients"),
});
type Options = z.infer<typeof options>;

export const ilp: PlannerModule<Options> = {
  kind: "planner",
  card: {
    id: "ilp",
    name: "ILP",
    summary: "Integer program solved by HiGHS, with a proven lower bound for every plan.",
    searchSpace: "device per co-location class",
    paper:
      "Tarnawski, Phanishayee, Devanur, Mahajan, Nina Paravecino: Efficient Algorithms for Device Placement of DNN Graph Operators. NeurIPS 2020",
    limits:
      "Small graphs. For the makespan it solves a relaxation without queues: a true bound, but the relaxation's best plan need " +
      "not be the simulator's.",
  },
  options,
  create: (given) => ({
    plan: (scenario, evaluator, rng) => solve(scenario, evaluator, rng, given),
  }),
};

/** What the solver's tolerances could hide, as a share of a bound. */
const ROUNDING = 1e-7;
/** Evaluations that the quick plan for the makespan may take. */
const QUICK_EVALUATIONS = 5;

async function* solve(
  scenario: Scenario,
  evaluator: MeteredEvaluator,
  rng: Rng,
  given: Options,
): AsyncGenerator<Plan, PlannerReport | undefined> {
  const maxLoad = scenario.objective === "max-load";
  if (!maxLoad && scenario.objective !== "makespan")
    return {
      failure: `There is no integer program for the objective ${scenario.objective} yet, only for max-load and makespan.`,
    };
  if (given.contiguous && !maxLoad)
    return { failure: `Only max-load programs can be contiguous; the objective is ${scenario.objective}.` };
  const problem = splitProblem(scenario, given.contiguous ? contract(scenario) : colocated(scenario));
  const lowerUs = evaluator.bound().value;
  const programBelow = (upperUs: number) =>
    maxLoad
      ? maxLoadProgram(problem, {
          contiguous: given.contiguous,
          upperUs,
          lowerUs: Math.min(lowerUs, upperUs),
        })
      : makespanProgram(problem, { upperUs, lowerUs: Math.min(lowerUs, upperUs) });
  const tooLarge = sizeFailure(problem, given, () => programBelow(evaluator.ceiling));
  if (tooLarge !== null) return { failure: tooLarge };

  const quick = maxLoad ? quickSplit(scenario) : null;
  if (quick !== null && evaluator.remaining > 1) {
    evaluator.evaluate(quick.plan);
    yield quick.plan;
  }
  if (!maxLoad && evaluator.remaining > QUICK_EVALUATIONS)
    yield* heft.create({ pool: "all", variants: "plain" }).plan(scenario, evaluator, rng);

  const upperUs = quick?.valueUs ?? evaluator.best?.outcome.value ?? evaluator.ceiling;
  const program = programBelow(upperUs);
  const known = quick?.plan ?? (evaluator.best?.outcome.feasible ? evaluator.best.plan : undefined);
  const result = yield* improve(problem, program, evaluator, given, known);
  return reportOf(scenario, program, result, evaluator, given);
}

/** Runs the solver; scores its solutions as they come, but keeps the last evaluation for the last of them. */
async function* improve(
  { elements }: SplitProblem,
  program: PlacementProgram,
  evaluator: MeteredEvaluator,
  limits: Options,
  known: Plan | undefined,
): AsyncGenerator<Plan, MipResult> {
  const start = known && program.startOf(elementDevices(elements, known));
  const seen = new Set(evaluator.spent > 0 ? [start?.values.join("")] : []);
  const solver = solveMip(program.program, {
    start,
    limits: { ...limits, relativeGap: limits.gap },
    stopped: () => evaluator.exhausted,
  });
  let unscored: Plan | null = null;
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

const STOPPED: MipResult = { end: "stopped", bound: Number.NEGATIVE_INFINITY, nodes: 0, iterations: 0 };

function improves(plan: Plan, evaluator: MeteredEvaluator): boolean {
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
): PlannerReport {
  const timeLimited = end === "time" || end === "stopped";
  if (best === null) {
    const failure =
      end === "infeasible"
        ? "No placement fits the memory and the supported ops of the devices."
        : `The integer program ${endOf(end, limits)} without a plan.`;
    return { failure, timeLimited };
  }
  const { value } = best.outcome;
  const provenUs = Math.min(bound * unitUs * (1 - ROUNDING), value ?? Number.POSITIVE_INFINITY);
  const gap = gapOf(value, provenUs);
  const proof =
    gap === null ? "nothing proven" : `the best plan scores ${(100 * gap).toFixed(2)}% above its bound`;
  const ended = `${endOf(end, limits)} after ${nodes} ${nodes === 1 ? "node" : "nodes"}`;
  if (limits.contiguous)
    return {
      timeLimited,
      note: `Contiguous: no such plan is below ${provenUs.toFixed(2)} us (${ended}; ${proof}).`,
    };
  const argument =
    objective === "makespan" ? "integer program, a relaxation without queues" : "integer program";
  const proven: Bound | undefined = provenUs > 0 ? { value: provenUs, argument } : undefined;
  return { timeLimited, bound: proven, note: `Integer program ${ended}; ${proof}.` };
}

function endOf(end: MipResult["end"], { gap, seconds }: Options): string {
  if (end === "solved") return gap === 0 ? "solved" : `solved to a gap of ${100 * gap}%`;
  if (end === "limit") return "ended by its limit of iterations or nodes";
  if (end === "time") return `ended by its limit of ${seconds} s`;
  return end === "stopped" ? "stopped by the budget" : "found infeasible";
}

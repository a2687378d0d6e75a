/**
 * Pesto (Hafeez, Sun, Gandhi, Liu, Middleware 2021): placement and order by an integer program over
 * a coarsened graph. It is built from a description of the paper's sets and rules. Its text and
 * code were not available, so nothing here claims its figures.
 *
 *   1. The graph is coarsened to at most `tasks` tasks (exact/pesto/coarsen.ts). 3/4 and half as
 *      many are tried too; the coarsening with the shortest first solution is kept.
 *   2. The first solution is a list schedule of the tasks (exact/pesto/first-schedule.ts).
 *   3. A program of up to `size` coefficients is solved as a whole. Where nothing was merged it
 *      proves a bound.
 *   4. Otherwise windows of a few units are solved, all else kept (exact/pesto/task-windows.ts).
 *
 * The row is the program's alone: only its solutions become plans, each in its own order. Solves
 * stop on nodes and simplex iterations; the limit in seconds is a guard.
 */
import { z } from "zod";
import type { Placement } from "../../../../env/model/plan/placement.ts";
import type { Rng } from "../../../../env/model/rng.ts";
import type { Scenario } from "../../../../env/model/scenario.ts";
import { PLACEMENTS } from "../../../../env/sim/bounds/best.ts";
import { type Compiled, compile } from "../../../../env/sim/engine/compile.ts";
import { gapOf } from "../../../../env/sim/evaluator/contract.ts";
import type { MeteredEvaluator } from "../../../../env/sim/evaluator/meter.ts";
import { endOf, type Fact, type PlannerModule, type PlannerReport } from "../../../contract.ts";
import { coarsenTasks } from "../../../exact/pesto/coarsen.ts";
import type { ExactSchedule } from "../../../exact/pesto/decode.ts";
import { firstSchedule } from "../../../exact/pesto/first-schedule.ts";
import { isMerged, type PestoProblem, pestoProblem } from "../../../exact/pesto/problem.ts";
import { betterOf, replay } from "../../../exact/pesto/replay.ts";
import { ROUNDING, type Solved, solveWhole, wholeProgram } from "../../../exact/pesto/solve.ts";
import { improveTasks, type TaskWindowsReport } from "../../../exact/pesto/task-windows.ts";
import { endText } from "../../../solver/solver-end.ts";

const options = z.strictObject({
  tasks: z.int().min(2).default(200).describe("The most tasks that the graph is coarsened to."),
  size: z
    .int()
    .min(1)
    .default(60_000)
    .describe("Largest program that is solved as a whole, in coefficients."),
  windows: z.int().min(0).default(8).describe("Windows that are solved of a larger program."),
  units: z
    .int()
    .min(1)
    .default(5)
    .describe("Units that a window frees, each a task or a forward and a backward one."),
  iterations: z
    .int()
    .min(1)
    .default(30_000)
    .describe("Simplex iterations before the solver stops; a tenth of them for each window."),
  nodes: z.int().min(1).default(100_000).describe("Branch-and-bound nodes before the solver stops."),
  seconds: z.number().positive().default(600).describe("Seconds before a solve stops, a guard."),
  gap: z.number().min(0).max(1).default(0).describe("Stops within this share of the program's optimum."),
});
type Options = z.infer<typeof options>;

export const pesto: PlannerModule<Options> = {
  kind: "planner",
  card: {
    id: "pesto",
    systems: ["pesto"],
    name: "Pesto",
    summary: "Devices and orders of ops and transfers by one integer program over a coarsened graph.",
    searchSpace: "device and start per task of a coarsened graph",
    paper:
      "Hafeez, Sun, Gandhi, Liu: Towards optimal placement and scheduling of DNN operations with Pesto. Middleware 2021",
    limits:
      "Rebuilt from a description. A program of more than some 20 tasks is not solved as a whole, as the paper's solver did: it starts from a list " +
      "schedule of the tasks, and windows of it are solved one after the other. A merged task sends when all of its ops have ended, but the simulator does not " +
      "wait for that. Its bound holds for every plan only if no ops were merged; under free multicast it has none.",
  },
  traits: { answers: "placement", objectives: ["makespan"], effort: "seconds", random: true },
  options,
  create: (given) => ({
    plan: (scenario, evaluator, rng) => solve(scenario, evaluator, rng, given),
  }),
};

/** Shares of `tasks` that are tried. */
const COARSENINGS: readonly number[] = [1, 0.75, 0.5];
/** The share of the simplex iterations for each window. */
const WINDOW_SHARE = 0.1;

interface Start {
  readonly problem: PestoProblem;
  /** Null where no list schedule keeps all weights within the memory. */
  readonly first: ExactSchedule | null;
}

async function* solve(
  scenario: Scenario,
  evaluator: MeteredEvaluator,
  rng: Rng,
  given: Options,
): AsyncGenerator<Placement, PlannerReport | undefined> {
  const { problem, first } = shortestStart(compile(scenario), evaluator, given.tasks);
  const progress = new Progress(problem, evaluator);
  if (first !== null) yield* progress.take(first);
  const solved = yield* solveAll(progress, first, given);
  const windows: TaskWindowsReport = { solved: 0, improved: 0, timeLimited: false };
  const { present } = progress;
  if (solved?.end !== "solved" && present !== null && !progress.isDone())
    Object.assign(windows, yield* solveWindows(progress, present, rng.child("windows"), given));
  return reportOf(progress, first, solved, windows, given);
}

/** The coarsening whose first solution is the shortest; the finest of equal ones. */
function shortestStart(compiled: Compiled, evaluator: MeteredEvaluator, tasks: number): Start {
  let best: Start | null = null;
  for (const share of COARSENINGS) {
    const problem = pestoProblem(compiled, coarsenTasks(compiled, Math.max(2, Math.ceil(share * tasks))));
    const first = firstSchedule(problem, evaluator);
    const isShorter = first !== null && !(first.makespanUs >= (best?.first?.makespanUs ?? Infinity));
    if (best === null || isShorter) best = { problem, first };
    if (!isMerged(problem)) break;
  }
  return best!;
}

/** The present solution of the program, and which evaluation its plan was. */
class Progress {
  readonly problem: PestoProblem;
  readonly evaluator: MeteredEvaluator;
  present: ExactSchedule | null = null;
  bestPlan: { readonly evaluation: number; readonly makespanUs: number } | null = null;

  constructor(problem: PestoProblem, evaluator: MeteredEvaluator) {
    this.problem = problem;
    this.evaluator = evaluator;
  }

  /** Yields the plan of a solution where it is better than all before. */
  *take(schedule: ExactSchedule): Generator<Placement, void> {
    const { problem, evaluator } = this;
    this.present = schedule;
    for (const plan of betterOf([replay(problem, schedule, evaluator)], evaluator)) {
      this.bestPlan = { evaluation: evaluator.evaluations, makespanUs: schedule.makespanUs };
      yield plan;
    }
  }

  isDone(): boolean {
    const { best } = this.evaluator;
    const valueUs = best?.outcome.value ?? Number.POSITIVE_INFINITY;
    return this.evaluator.exhausted || valueUs <= this.evaluator.bound().value * (1 + 2 * ROUNDING);
  }
}

/** Null where the program is too large to be solved as a whole. */
async function* solveAll(
  progress: Progress,
  first: ExactSchedule | null,
  { iterations, nodes, seconds, gap, size }: Options,
): AsyncGenerator<Placement, Solved | null> {
  const { problem, evaluator } = progress;
  const value = evaluator.best?.outcome.value ?? evaluator.ceiling;
  // A plan of unmerged ops is a solution, so its value is a limit too.
  const upperUs = Math.min(first?.makespanUs ?? Infinity, isMerged(problem) ? Infinity : value);
  const whole = wholeProgram(problem, first, {
    upperUs: Number.isFinite(upperUs) ? upperUs : evaluator.ceiling,
    lowerUs: isMerged(problem) ? 0 : evaluator.bound().value,
    size,
  });
  if (whole === null) return null;
  const limits = { iterations, nodes, seconds, relativeGap: gap, stopped: () => evaluator.exhausted };
  const solutions = solveWhole(problem, whole, evaluator, limits);
  for (;;) {
    const { done, value } = await solutions.next();
    if (done === true) return value;
    yield* progress.take(value);
  }
}

async function* solveWindows(
  progress: Progress,
  present: ExactSchedule,
  rng: Rng,
  { windows, units, iterations, nodes, seconds }: Options,
): AsyncGenerator<Placement, TaskWindowsReport> {
  const { problem, evaluator } = progress;
  const solutions = improveTasks(problem, present, evaluator, rng, {
    windows,
    units,
    iterations: Math.ceil(WINDOW_SHARE * iterations),
    nodes,
    seconds,
    stopped: () => progress.isDone(),
  });
  for (;;) {
    const { done, value } = await solutions.next();
    if (done === true) return value;
    yield* progress.take(value);
  }
}

function reportOf(
  { problem, evaluator, present, bestPlan }: Progress,
  first: ExactSchedule | null,
  solved: Solved | null,
  windows: TaskWindowsReport,
  limits: Options,
): PlannerReport {
  const timed = solved?.end === "time" || solved?.end === "stopped" || windows.timeLimited;
  const ended = timed ? "clock" : endOf(evaluator);
  const best = evaluator.best?.outcome.value ?? null;
  if (best === null && solved?.end === "infeasible" && !isMerged(problem))
    return {
      failure: "Proven infeasible: no placement keeps all weights within the memory (integer program).",
    };
  if (evaluator.best === null)
    return { failure: "The integer program has no solution within its limits.", ended };
  const facts = [
    ...programFacts(problem, first, present),
    ...solveFacts(solved, present, limits),
    ...windowFacts(windows),
  ];
  const estimate =
    bestPlan !== null && bestPlan.evaluation === evaluator.best.evaluation
      ? { value: bestPlan.makespanUs, unit: "us" as const, model: "integer program" }
      : undefined;
  if (solved === null || !solved.holdsForAll || !(solved.provenUs > 0)) return { ended, estimate, facts };
  const value = Math.min(solved.provenUs, best ?? Number.POSITIVE_INFINITY);
  const proven = { value, argument: "integer program of devices and orders", covers: PLACEMENTS };
  return { ended, estimate, bound: proven, facts };
}

function programFacts(
  problem: PestoProblem,
  first: ExactSchedule | null,
  present: ExactSchedule | null,
): Fact[] {
  const { tasks, compiled } = problem;
  const where = isMerged(problem)
    ? `${tasks.count} tasks merged from ${compiled.opCount} ops`
    : `${tasks.count} tasks, one for each op`;
  const facts: Fact[] = [{ name: "integer program", value: `of ${where}` }];
  if (first !== null) facts.push({ name: "its first solution", value: first.makespanUs, unit: "us" });
  if (present !== null) facts.push({ name: "its best solution", value: present.makespanUs, unit: "us" });
  return facts;
}

function solveFacts(solved: Solved | null, present: ExactSchedule | null, limits: Options): Fact[] {
  if (solved === null) return [];
  const { end, nodes, provenUs } = solved;
  const facts: Fact[] = [
    { name: "as a whole it was", value: endText(end, limits, "left without a solution below the first") },
    { name: "nodes", value: nodes },
  ];
  const gap = gapOf(present?.makespanUs ?? null, provenUs);
  if (gap !== null)
    facts.push({ name: "above its bound by", value: `${(100 * Math.max(0, gap)).toFixed(2)}%` });
  return facts;
}

const windowFacts = ({ solved, improved }: TaskWindowsReport): Fact[] =>
  solved === 0
    ? []
    : [
        { name: "windows solved", value: solved },
        { name: "windows with a better solution", value: improved },
      ];

/**
 * What an engineer with a graph and a deadline would use: starts from what every quick planner finds, then searches for the rest of
 * the budget.
 *
 * For the makespan the search is simulated annealing over placements that each keep the order of their own list schedule: first over
 * the scenario's groups, with the moves of several operators, then, cooler, over single co-location classes, which groups bind
 * together for agents but which no plan has to. For max load and latency the search made for the objective goes first; those and
 * peak memory have no order to choose. Deterministic for a seed and a number of evaluations.
 */
import { z } from "zod";
import {
  type Bound,
  colocationGrouping,
  compile,
  type MeteredEvaluator,
  type Plan,
  type Rng,
  refutationBound,
  type Scenario,
} from "../../env/index.ts";
import type { PlannerModule, PlannerReport } from "../contract.ts";
import { attempt, nearestGroupDevices, type StartingPlan } from "../search/best-starts.ts";
import { type Choices, choicesOf } from "../search/choices.ts";
import { budgetProgress, cool } from "../search/cooling.ts";
import { hasMoves } from "../search/metropolis.ts";
import { arrivalState, orderedState, type PlanState } from "../search/plan-state.ts";
import { createProposals } from "../search/proposals.ts";
import { branchAndBoundPlanner } from "./branch-and-bound.ts";

const options = z.strictObject({
  starts: z.number().min(0).max(1).default(0.2).describe("largest share of the budget for the first plans"),
  groups: z
    .number()
    .min(0)
    .max(1)
    .default(0.7)
    .describe("share of the search that moves whole groups; the rest moves co-location classes"),
  hot: z
    .number()
    .positive()
    .max(1)
    .default(0.02)
    .describe(
      "first temperature, as a share of the present cost: a plan worse by so much is accepted 1 in e times",
    ),
  cold: z.number().positive().max(1).default(0.0005).describe("last temperature over groups"),
  prove: z
    .boolean()
    .default(false)
    .describe("ends with the refutation bound, which takes seconds (makespan only)"),
});
type Options = z.infer<typeof options>;

export const best: PlannerModule<Options> = {
  kind: "planner",
  card: {
    id: "best",
    name: "Best of all",
    summary:
      "Every quick planner, then annealing over groups and co-location classes that each keep the order of their own list schedule.",
    searchSpace: "device per co-location class, and an order of ops on each device",
    limits:
      "Uses all the budget that it is given, unless a plan reaches the bound. The list schedules are a private model: one for each evaluation, not charged. Above " +
      "20,000 ops plans run first come, first served.",
  },
  options,
  create: (given) => ({
    plan: (scenario, evaluator, rng) => compose(scenario, evaluator, rng, given),
  }),
};

async function* compose(
  scenario: Scenario,
  evaluator: MeteredEvaluator,
  rng: Rng,
  given: Options,
): AsyncGenerator<Plan, PlannerReport | undefined> {
  const { starts, bound } = yield* firstPlans(scenario, evaluator, rng, given);
  if (!evaluator.exhausted) yield* search(scenario, starts, evaluator, rng, given);
  return { bound: provenBound(scenario, evaluator, bound, given) };
}

/** What one quick planner may take at most. */
const MOST_OF_ONE = 20;
/** Graphs of so many groups, on so many devices, are worth a try at the optimum over all placements. */
const FEW_GROUPS = 14;
const FEW_DEVICES = 4;

interface First {
  /** Best first. */
  readonly starts: readonly StartingPlan[];
  readonly bound: Bound | undefined;
}

async function* firstPlans(
  scenario: Scenario,
  evaluator: MeteredEvaluator,
  rng: Rng,
  { starts: share }: Options,
): AsyncGenerator<Plan, First> {
  // The registry holds this planner too, so it cannot be imported before this one is there.
  const { quickPlanners, searchFor } = await import("../registry.ts");
  const until = evaluator.spent + share * evaluator.remaining;
  const starts: StartingPlan[] = [];
  let bound: Bound | undefined;
  const quickAllowance = () =>
    Math.min(MOST_OF_ONE, Math.max(Math.floor(until - evaluator.spent), starts.length === 0 ? 1 : 0));
  const halfOfTheRest = () => Math.ceil(evaluator.remaining / 2);

  const attempts: [PlannerModule, () => number][] = quickPlanners.map((module) => [module, quickAllowance]);
  const special = searchFor(scenario.objective);
  if (special !== null) attempts.push([special, halfOfTheRest]);
  if (isSmall(scenario)) attempts.push([branchAndBoundPlanner as PlannerModule, halfOfTheRest]);
  for (const [module, allowance] of attempts) {
    const evaluations = allowance();
    if (evaluations < 1 || evaluator.exhausted || isOptimal(evaluator)) continue;
    const { start, report } = yield* attempt(module, scenario, evaluator, rng, evaluations);
    if (start !== null) starts.push(start);
    if (report.bound !== undefined && report.bound.value > (bound?.value ?? 0)) bound = report.bound;
  }
  return { starts: starts.sort((a, b) => a.cost - b.cost), bound };
}

const isSmall = ({ grouping, cluster }: Scenario) =>
  grouping.groupCount <= FEW_GROUPS && cluster.devices.length <= FEW_DEVICES;

async function* search(
  scenario: Scenario,
  starts: readonly StartingPlan[],
  evaluator: MeteredEvaluator,
  rng: Rng,
  { groups, hot, cold }: Options,
): AsyncGenerator<Plan, void> {
  const byClass = { ...scenario, grouping: colocationGrouping(scenario.graph) };
  for (let round = 0; !evaluator.exhausted && !isOptimal(evaluator); round++) {
    const over = round % 2 === 0 ? scenario : byClass;
    const choices = choicesOf(over, round === 0 ? "accelerators" : "all");
    const share = round === 0 ? groups : 1;
    const temperatures = round === 0 ? { hot, cold } : { hot: FINE * hot, cold: FINE * cold };
    const from = round === 0 ? starts.slice(0, MOST_STARTS).map(({ plan }) => plan) : [evaluator.best!.plan];
    const spent = evaluator.spent;
    yield* searchRound(choices, from, evaluator, rng.child(`round ${round}`), temperatures, share);
    if (round > 0 && evaluator.spent === spent) return;
  }
}

/** What rounding may leave between a plan and a bound that it reaches. */
const ROUNDING = 1e-9;

/** The best plan is as good as the bound says that any can be: there is nothing left to find. */
function isOptimal(evaluator: MeteredEvaluator): boolean {
  const value = evaluator.best?.outcome.value ?? Number.POSITIVE_INFINITY;
  return value <= evaluator.bound().value * (1 + ROUNDING);
}

/** How many of the first plans are tried with an order of their own. */
const MOST_STARTS = 4;
/** How much cooler the search is after its first round. */
const FINE = 0.1;

async function* searchRound(
  choices: Choices,
  from: readonly Plan[],
  evaluator: MeteredEvaluator,
  rng: Rng,
  temperatures: { readonly hot: number; readonly cold: number },
  share: number,
): AsyncGenerator<Plan, void> {
  if (!hasMoves(choices)) return;
  const state = stateOf(choices, evaluator);
  const shareSpent = budgetProgress(evaluator, share);
  const progress = () => (isOptimal(evaluator) ? 1 : shareSpent());
  let shown = evaluator.best!.outcome.cost;
  let start: { readonly groupDevice: Int32Array; readonly cost: number } | null = null;
  for (const plan of from) {
    state.reset(nearestGroupDevices(choices, plan));
    if (start === null || state.cost < start.cost)
      start = { groupDevice: state.groupDevice.slice(), cost: state.cost };
    if (state.cost < shown) yield state.snapshot();
    shown = Math.min(shown, state.cost);
  }
  if (start === null) return;
  state.reset(start.groupDevice);
  const proposals = createProposals(choices, state.urgency, rng);
  for await (const plan of cool(state, proposals, rng, { ...temperatures, progress })) {
    if (state.cost < shown) yield plan;
    shown = Math.min(shown, state.cost);
  }
}

/** Making a list schedule of a larger graph takes longer than many simulations of it. */
const MOST_ORDERED_OPS = 20_000;

function stateOf(choices: Choices, evaluator: MeteredEvaluator): PlanState {
  const { objective, graph } = choices.scenario;
  const ordered = objective === "makespan" && graph.opCount <= MOST_ORDERED_OPS;
  return ordered ? orderedState(choices, evaluator) : arrivalState(choices, evaluator);
}

function provenBound(
  scenario: Scenario,
  evaluator: MeteredEvaluator,
  known: Bound | undefined,
  { prove }: Options,
): Bound | undefined {
  const value = evaluator.best?.outcome.value ?? undefined;
  if (!prove || scenario.objective !== "makespan") return known;
  const proven = refutationBound(compile(scenario), { lowerUs: known?.value, upperUs: value });
  return known !== undefined && known.value >= proven.value ? known : proven;
}

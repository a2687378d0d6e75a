/**
 * The search of `best`: rounds of simulated annealing over placements that each keep the order of
 * their own list schedule, where the objective has one.
 *
 * First the best starts get such an order, once over the scenario's groups and once over its
 * co-location classes. Groups bind classes together for agents, but no plan has to follow them. The
 * first round continues from the best of these, over groups or classes. Cooler rounds over classes
 * and groups follow by turns, each from the best plan so far. Some steps are changes of operators,
 * others decide several groups again by a list schedule (ordered/rebuilding.ts).
 */
import { colocationGrouping } from "../../../env/model/coarsen/grouping.ts";
import type { Placement } from "../../../env/model/plan/placement.ts";
import { asPlacement } from "../../../env/model/plan/plan.ts";
import type { Rng } from "../../../env/model/rng.ts";
import type { Scenario } from "../../../env/model/scenario.ts";
import type { MeteredEvaluator } from "../../../env/sim/evaluator/meter.ts";
import { type Choices, choicesOf } from "../../problems/choices.ts";
import { rebuildsOf } from "../ordered/rebuilding.ts";
import { createRemovals } from "../ordered/removals.ts";
import { nearestGroupDevices, type StartingPlan, scoreStarts } from "./best-starts.ts";
import { budgetProgress, cool, type Found } from "./cooling.ts";
import { hasMoves } from "./metropolis.ts";
import { isOrdered, orderedState, type ScheduleWatch } from "./ordered-state.ts";
import { arrivalState, type PlanState } from "./plan-state.ts";
import { createProposals, type Proposals } from "./proposals.ts";
import { changes, mixed, type Trials } from "./trials.ts";

/** The share that rounding may leave between a plan and a bound that it reaches. */
const ROUNDING = 1e-9;

/** The best plan reaches the bound, so nothing better exists. */
export function isOptimal(evaluator: MeteredEvaluator): boolean {
  const value = evaluator.best?.outcome.value ?? Number.POSITIVE_INFINITY;
  return value <= evaluator.bound().value * (1 + ROUNDING);
}

export interface RoundsOptions {
  /** Share of the search that goes to the first round. */
  readonly groups: number;
  /** First and last temperature of the first round. */
  readonly hot: number;
  readonly cold: number;
  /**
   * Changes drawn for each one that is evaluated, on graphs of up to `SMALL_OPS` ops; fewer on
   * larger ones.
   */
  readonly draws: number;
  /** Share of the steps that decide groups again instead of changing them. */
  readonly rebuilds: number;
  /**
   * Makes the changes of rounds over placements with orders, one draw for each; by default the
   * operators alone.
   */
  readonly guide?: Guide;
}

/** Proposals that follow each schedule that the search takes up. */
export interface GuidedProposals extends Proposals {
  readonly watch: ScheduleWatch;
}

export interface GuideParts {
  readonly choices: Choices;
  readonly operators: Proposals;
  /** Present temperature, as a share of the cost. */
  readonly temperature: () => number;
  readonly rng: Rng;
}

export type Guide = (parts: GuideParts) => GuidedProposals;

/**
 * Pre: the starts are scored, best first. Ends with the budget, at the bound, or where a plan has
 * no neighbour.
 */
export async function* searchFrom(
  starts: readonly StartingPlan[],
  scenario: Scenario,
  evaluator: MeteredEvaluator,
  rng: Rng,
  { groups, hot, cold, draws, rebuilds, guide }: RoundsOptions,
): AsyncGenerator<Placement, void> {
  if (starts.length === 0 || evaluator.exhausted || isOptimal(evaluator)) return;
  const byClass = { ...scenario, grouping: colocationGrouping(scenario.graph) };
  const opening = yield* bestOpening(scenario, byClass, starts, evaluator);
  const affordable = Math.max(1, Math.min(draws, Math.floor((draws * SMALL_OPS) / scenario.graph.opCount)));
  for (let round = 0; !evaluator.exhausted && !isOptimal(evaluator); round++) {
    const over = round === 0 ? opening.over : round % 2 === 0 ? scenario : byClass;
    const choices = choicesOf(over, round === 0 ? "accelerators" : "all");
    const share = round === 0 ? groups : 1;
    // One change of a class is much smaller, and there are many more, so a hot search only drifts.
    const scale = round === 0 && over === scenario ? 1 : FINE;
    const temperatures = { hot: scale * hot, cold: scale * cold };
    const from =
      round === 0 ? opening.groupDevice : nearestGroupDevices(choices, asPlacement(evaluator.best!.plan));
    const spent = evaluator.spent;
    const steps = { ...temperatures, share, draws: affordable, rebuilds, guide };
    yield* searchRound(choices, from, evaluator, rng.child(`round ${round}`), steps);
    if (round > 0 && evaluator.spent === spent) return;
  }
}

/**
 * Ops of the largest graph with all draws. A graph of twice the size has half as many, and so on,
 * because a guess costs a list schedule.
 */
const SMALL_OPS = 2_000;
/** How many of the first plans are tried with an order of their own. */
const MOST_STARTS = 4;
/** How much cooler the search is after its first round, and over classes. */
const FINE = 0.1;

interface Opening extends Found {
  /** The scenario by its groups or by its classes. */
  readonly over: Scenario;
}

/**
 * The best of the first plans in an order of their own: over the groups or, where that loses much,
 * over the classes.
 */
async function* bestOpening(
  byGroup: Scenario,
  byClass: Scenario,
  starts: readonly StartingPlan[],
  evaluator: MeteredEvaluator,
): AsyncGenerator<Placement, Opening> {
  const levels = byGroup.grouping.groupCount === byClass.grouping.groupCount ? [byGroup] : [byGroup, byClass];
  let best: Opening | null = null;
  for (const over of levels) {
    const choices = choicesOf(over, "accelerators");
    const state = stateOf(choices, evaluator);
    const plans = starts.slice(0, MOST_STARTS).map(({ plan }) => plan);
    const found = yield* scoreStarts(choices, state, plans, evaluator);
    if (found !== null && (best === null || found.cost < best.cost)) best = { ...found, over };
  }
  return best!;
}

interface Steps extends Pick<RoundsOptions, "hot" | "cold" | "draws" | "rebuilds" | "guide"> {
  /** Share of the remaining budget. */
  readonly share: number;
}

async function* searchRound(
  choices: Choices,
  from: Int32Array,
  evaluator: MeteredEvaluator,
  rng: Rng,
  { hot, cold, draws, share, rebuilds, guide }: Steps,
): AsyncGenerator<Placement, void> {
  if (!hasMoves(choices)) return;
  let guided: GuidedProposals | null = null;
  const state = stateOf(choices, evaluator, (...schedule) => guided?.watch(...schedule));
  const shareSpent = budgetProgress(evaluator, share);
  const progress = () => (isOptimal(evaluator) ? 1 : shareSpent());
  const operators = createProposals(choices, state.urgency, rng);
  if (guide !== undefined && isOrdered(state)) {
    const temperature = () => hot * (cold / hot) ** Math.min(1, progress());
    guided = guide({ choices, operators, temperature, rng: rng.child("guide") });
  }
  let shown = evaluator.best!.outcome.cost;
  state.reset(from);
  if (state.cost < shown) yield state.snapshot();
  shown = Math.min(shown, state.cost);
  const trials = trialsOf(choices, state, rng, guided ?? operators, guided === null ? draws : 1, rebuilds);
  const temperatures = { hot: isOrdered(state) ? hot : HOTTER * hot, cold };
  for await (const plan of cool(state, trials, rng, { ...temperatures, progress })) {
    if (state.cost < shown) yield plan;
    shown = Math.min(shown, state.cost);
  }
}

/** Groups that a rebuild removes at most, as a share of all; and how it decides them again. */
const MOST_REMOVED = 0.3;
const REBUILDING = { blink: 0.1, alpha: 0, noise: 0, pull: 1 };

function trialsOf(
  choices: Choices,
  state: PlanState,
  rng: Rng,
  proposals: Proposals,
  draws: number,
  rebuilt: number,
): Trials {
  const changed = changes(state, proposals, draws);
  if (rebuilt === 0 || !isOrdered(state)) return changed;
  const most = Math.max(2, MOST_REMOVED * choices.groupCount);
  const rebuilds = rebuildsOf(state, createRemovals(choices, rng), rng, { most, rule: REBUILDING });
  return mixed(changed, rebuilds, rebuilt, rng);
}

/** How much hotter a search starts whose placements have no order of their own. */
const HOTTER = 4;

/** Making a list schedule of a larger graph takes longer than many simulations of it. */
const MOST_ORDERED_OPS = 20_000;

function stateOf(choices: Choices, evaluator: MeteredEvaluator, watch?: ScheduleWatch): PlanState {
  const { objective, graph } = choices.scenario;
  const ordered = objective === "makespan" && graph.opCount <= MOST_ORDERED_OPS;
  return ordered ? orderedState(choices, evaluator, watch) : arrivalState(choices, evaluator);
}

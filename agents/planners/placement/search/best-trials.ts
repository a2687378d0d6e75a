/**
 * What `best` tries before its own search, in which order, and how much each trial may spend.
 *
 * Every quick planner of the registry comes first. Those that found the best plans most often
 * start, because a small budget ends before the others have their turn. Then comes what is made for
 * the scenario: the search for its objective, and branch and bound where the graph is small.
 */

import type { Scenario } from "../../../../env/model/scenario.ts";
import type { MeteredEvaluator } from "../../../../env/sim/evaluator/meter.ts";
import { type Method, type PlannerModule, traitsOf } from "../../../contract.ts";
import type { Configured } from "../../../search/groups/best-starts.ts";
import { instantPlanners, searchFor, turnOf } from "../../../selection.ts";
import { branchAndBoundPlanner } from "../exact/branch-and-bound.ts";
import { idealsDp } from "../exact/ideals-dp.ts";

export interface Trial extends Configured {
  /** The most that it may spend, asked for when its turn comes; 0 where nothing is left for it. */
  most(isFirst: boolean): number;
}

/** What one quick planner may take at most. */
const MOST_OF_ONE = 20;
/**
 * What all of them may take where their share of the budget is less, though not more than half of
 * the budget.
 */
const ENOUGH_FOR_ALL = 60;
/** The largest graphs, in groups and devices, on which the optimum over all placements is tried. */
const FEW_GROUPS = 14;
const FEW_DEVICES = 4;
/**
 * Limits of the program over ideals as a quick planner, and the largest graph that it is tried on.
 */
const QUICK_IDEALS = { ideals: 100_000, transitions: 2_000_000 };
const MOST_OPS_OF_IDEALS = 20_000;
/** The largest budget that goes to the search for the objective alone, where there is one. */
const FEW_EVALUATIONS = 10;
/** Rounds of the search for max load, over those that it has by default. */
const MORE_ROUNDS = 1.5;
const FEW_OPS = 100;
const SMALL_LATENCY = { hot: 0.1, rounds: 20 };
const LATENCY = { hot: 0.05, rounds: 12 };

export function trialsOf(
  methods: readonly Method[],
  scenario: Scenario,
  evaluator: MeteredEvaluator,
  share: number,
): Trial[] {
  const { remaining, spent } = evaluator;
  const until = spent + Math.max(share * remaining, Math.min(ENOUGH_FOR_ALL, remaining / 2));
  const quickly: Trial["most"] = (isFirst) =>
    Math.min(MOST_OF_ONE, Math.max(Math.floor(until - evaluator.spent), isFirst ? 1 : 0));
  const halfOfTheRest = () => Math.ceil(evaluator.remaining / 2);

  const trials: Trial[] = quickTrials(methods, scenario, evaluator).map((trial) => ({
    ...trial,
    most: quickly,
  }));
  const special = searchFor(methods, scenario.objective);
  if (special !== null) {
    const trial = { module: special, options: moreOf(special, scenario) };
    if (remaining <= FEW_EVALUATIONS) trials.unshift({ ...trial, most: () => evaluator.remaining });
    else trials.push({ ...trial, most: halfOfTheRest });
  }
  if (isSmall(scenario))
    trials.push({ module: branchAndBoundPlanner as PlannerModule, options: {}, most: halfOfTheRest });
  return trials;
}

/** The program over ideals goes last where the budget is one of time, because it takes seconds. */
function quickTrials(
  methods: readonly Method[],
  scenario: Scenario,
  { budget }: MeteredEvaluator,
): Configured[] {
  const quick: Configured[] = instantPlanners(methods).map((module) => ({
    module,
    options: traitsOf(module).asStart ?? {},
  }));
  // The search for max load starts with it by itself.
  if (scenario.objective === "max-load" || scenario.graph.opCount > MOST_OPS_OF_IDEALS) return quick;
  const ideals = { module: idealsDp as PlannerModule, options: QUICK_IDEALS };
  const isTimed = budget.seconds !== undefined || budget.cpuSeconds !== undefined;
  const place = quick.findIndex(({ module }) => turnOf(module) > turnOf(idealsDp as PlannerModule));
  quick.splice(isTimed || place === -1 ? quick.length : place, 0, ideals);
  return quick;
}

const isSmall = ({ grouping, cluster }: Scenario) =>
  grouping.groupCount <= FEW_GROUPS && cluster.devices.length <= FEW_DEVICES;

/**
 * More rounds than the search's default. For latency, whose local optima are deep, they are hotter
 * too.
 */
function moreOf(special: PlannerModule, { objective, graph }: Scenario): Configured["options"] {
  if (objective === "latency") return graph.opCount <= FEW_OPS ? SMALL_LATENCY : LATENCY;
  const { rounds } = special.options.parse({}) as { readonly rounds: number };
  return { rounds: Math.ceil(MORE_ROUNDS * rounds) };
}

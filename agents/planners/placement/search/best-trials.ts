/**
 * What `best` tries before it searches by itself, in which order, and how many evaluations each
 * trial may take.
 *
 * First every quick planner of the registry: those first that found the best plans most often,
 * because a small budget ends before the others have their turn. Then what is made for the
 * scenario: the search for its objective; branch and bound where the graph is small.
 */

import type { Scenario } from "../../../../env/model/scenario.ts";
import type { MeteredEvaluator } from "../../../../env/sim/evaluator/meter.ts";
import type { PlannerModule } from "../../../contract.ts";
import type { Configured } from "../../../search/groups/best-starts.ts";
import { branchAndBoundPlanner } from "../exact/branch-and-bound.ts";
import { idealsDp } from "../exact/ideals-dp.ts";

export interface Trial extends Configured {
  /** Evaluations that it may take, asked for when its turn comes; 0 where there are none for it. */
  mostEvaluations(isFirst: boolean): number;
}

/** What one quick planner may take at most. */
const MOST_OF_ONE = 20;
/**
 * All of them may take so many, though not more than half of the budget, where their share of it is
 * less.
 */
const ENOUGH_FOR_ALL = 60;
/** Ids of quick planners whose turn comes before all others'. */
const FIRST: readonly string[] = [
  "heft",
  "multilevel",
  "cpop",
  "etf",
  idealsDp.card.id,
  "m-topo",
  "min-min",
  "single-device",
  "topo-blocks",
];
/**
 * Those that take seconds where the others take milliseconds: last where the budget is one of
 * seconds.
 */
const SLOW: readonly string[] = ["multilevel", idealsDp.card.id];

/**
 * Graphs of so many groups, on so many devices, are worth a try at the optimum over all placements.
 */
const FEW_GROUPS = 14;
const FEW_DEVICES = 4;
/**
 * The program over ideals as a quick planner: its limits where it is one, and the largest graph
 * that it is for.
 */
const QUICK_IDEALS = { ideals: 100_000, transitions: 2_000_000 };
const MOST_OPS_OF_IDEALS = 20_000;
/** A budget that is for the search made for the objective alone, where there is one. */
const FEW_EVALUATIONS = 10;
/** The search for max load gets so many times its own rounds. */
const MORE_ROUNDS = 1.5;
const FEW_OPS = 100;
const SMALL_LATENCY = { hot: 0.1, rounds: 20 };
const LATENCY = { hot: 0.05, rounds: 12 };

export async function trialsOf(
  scenario: Scenario,
  evaluator: MeteredEvaluator,
  share: number,
): Promise<Trial[]> {
  // The registry holds `best` too, so it cannot be imported before that one is there.
  const { quickPlanners, searchFor } = await import("../../../registry/registry.ts");
  const { remaining } = evaluator;
  const until = evaluator.spent + Math.max(share * remaining, Math.min(ENOUGH_FOR_ALL, remaining / 2));
  const quickly: Trial["mostEvaluations"] = (isFirst) =>
    Math.min(MOST_OF_ONE, Math.max(Math.floor(until - evaluator.spent), isFirst ? 1 : 0));
  const halfOfTheRest = () => Math.ceil(evaluator.remaining / 2);

  const quick: Configured[] = quickPlanners.map((module) => ({ module, options: {} }));
  // The search for max load begins with it by itself.
  if (scenario.objective !== "max-load" && scenario.graph.opCount <= MOST_OPS_OF_IDEALS)
    quick.push({ module: idealsDp as PlannerModule, options: QUICK_IDEALS });
  const late = evaluator.budget.seconds === undefined ? [] : SLOW;
  quick.sort((a, b) => turnOf(a, late) - turnOf(b, late));

  const trials: Trial[] = quick.map((trial) => ({ ...trial, mostEvaluations: quickly }));
  const special = searchFor(scenario.objective);
  if (special !== null) {
    const trial = { module: special, options: moreOf(special, scenario) };
    if (remaining <= FEW_EVALUATIONS)
      trials.unshift({ ...trial, mostEvaluations: () => evaluator.remaining });
    else trials.push({ ...trial, mostEvaluations: halfOfTheRest });
  }
  if (isSmall(scenario))
    trials.push({
      module: branchAndBoundPlanner as PlannerModule,
      options: {},
      mostEvaluations: halfOfTheRest,
    });
  return trials;
}

function turnOf({ module: { card } }: Configured, late: readonly string[]): number {
  if (late.includes(card.id)) return FIRST.length + 1;
  const turn = FIRST.indexOf(card.id);
  return turn === -1 ? FIRST.length : turn;
}

const isSmall = ({ grouping, cluster }: Scenario) =>
  grouping.groupCount <= FEW_GROUPS && cluster.devices.length <= FEW_DEVICES;

/**
 * More rounds than the search takes by itself; for latency, whose local optima are deep, hotter
 * ones too.
 */
function moreOf(special: PlannerModule, { objective, graph }: Scenario): Configured["options"] {
  if (objective === "latency") return graph.opCount <= FEW_OPS ? SMALL_LATENCY : LATENCY;
  const { rounds } = special.options.parse({}) as { readonly rounds: number };
  return { rounds: Math.ceil(MORE_ROUNDS * rounds) };
}

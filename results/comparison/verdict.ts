/**
 * A table in one sentence: which method is best, whether it is proven optimal, and how agents
 * compare with planners. The wording follows from the ranks alone.
 */

import { isFault } from "../cells/failed-cell.ts";
import { formatGap, formatValue } from "../text/format.ts";
import type { ScenarioTable } from "./compare.ts";
import type { MethodSummary, Row } from "./ranking.ts";

export function verdictOf(table: ScenarioTable): string {
  const { rows, unit, objective } = table;
  const winners = winnersOf(table);
  if (winners.length === 0)
    return rows.every(({ failure }) => isFault(failure))
      ? "Every method failed."
      : "No method found a plan that fits in memory.";
  const [winner] = winners;
  const by = listed(
    winners.map(({ method }) => method),
    MOST_NAMES,
  );
  const lowest = `The lowest ${wordOf(objective)} is ${formatValue(unit, winner.mean!)}, ${distance(winner, table.unknownWork !== undefined)}`;
  return `${lowest}; found by ${by}. ${agentsAgainst({ rows, unit }, winners)}`.trim();
}

/** The rows of the lowest value, none where nothing fits. */
export const winnersOf = ({ rows }: Pick<ScenarioTable, "rows">): readonly Row[] =>
  rows.filter(({ rank, mean }) => rank === 1 && mean !== null);

/** Objectives are named in addresses with hyphens. */
const wordOf = (objective: string): string => objective.replaceAll("-", " ");

/** A learned agent that is ahead of every planner by less has not won. */
const MARGIN = 0.01;
/** Longer lists only count the rest. */
const MOST_NAMES = 4;
const MOST_AHEAD = 8;

/** The methods of the lowest mean rank, of those that ran on all scenarios. */
export function overallVerdict(methods: readonly MethodSummary[], scenarioCount: number): string {
  const everywhere = methods.filter(({ scenarios }) => scenarios === scenarioCount);
  if (scenarioCount < 2 || everywhere.length < 2) return "";
  const [{ meanRank: lowest }] = everywhere;
  const first = everywhere.filter(({ meanRank }) => meanRank === lowest);
  const names = listed(
    first.map(({ method }) => method),
    MOST_NAMES,
  );
  return `The lowest mean rank over ${scenarioCount} scenarios is ${lowest.toFixed(1)}, of ${names}.`;
}

/** Nothing is called optimal where the graph's work is partly unknown. */
function distance({ mean, gap, feasibleSeeds, seeds }: Row, isAssumed: boolean): string {
  if (feasibleSeeds < seeds) return `the mean of the ${feasibleSeeds} of ${seeds} seeds that fit in memory`;
  if (gap === null) return mean === 0 ? "below which no value is" : "without a bound to measure it by";
  if (gap > 1e-9) return `${formatGap(gap)} above the bound${isAssumed ? " of the graph as assumed" : ""}`;
  return isAssumed
    ? "which meets the bound of the graph as assumed"
    : "which meets the bound and so is optimal";
}

function agentsAgainst(
  { rows, unit }: Pick<ScenarioTable, "rows" | "unit">,
  winners: readonly Row[],
): string {
  const agents = rows.filter(({ kind }) => kind === "agent");
  const planners = rows.filter(({ kind }) => kind === "planner");
  if (agents.length === 0 || planners.length === 0) return "";
  const [agent] = agents;
  if (agent.mean === null) return "No learned agent found a plan that fits in memory.";
  if (winners.includes(agent)) {
    const [planner] = planners;
    if (winners.includes(planner)) return "";
    if (planner.mean === null) return "No classic planner found a plan that fits in memory.";
    if (agent.mean > 0 && planner.feasibleSeeds === planner.seeds && planner.mean / agent.mean - 1 < MARGIN)
      return `The best classic planner, ${planner.method}, is within 1% of it, which is no win.`;
    const doubt = agent.seeds === 1 ? "; one seed shows no win" : "";
    return `The best classic planner, ${planner.method}, is ${behind(planner, agent, unit)}${doubt}.`;
  }
  const ahead = planners.filter(({ rank }) => rank < agent.rank).map(({ method }) => method);
  return `The best learned agent, ${agent.method}, is ${behind(agent, winners[0], unit)}; ahead of it: ${listed(ahead, MOST_AHEAD)}.`;
}

/**
 * How far a worse row is behind a better one. Means over different seeds do not compare, so the
 * text then counts seeds. Nothing is a multiple of 0, so beside 0 the value stands.
 */
function behind(worse: Row, better: Row, unit: ScenarioTable["unit"]): string {
  if (worse.feasibleSeeds < worse.seeds)
    return `infeasible on ${worse.seeds - worse.feasibleSeeds} of ${worse.seeds} seeds`;
  if (better.mean === 0) return `at ${formatValue(unit, worse.mean!)}`;
  return `${formatGap(worse.mean! / better.mean! - 1)} behind`;
}

/** `a, b and c`, or `a, b and 20 more` where there are more than `most`. */
function listed(names: readonly string[], most = Number.POSITIVE_INFINITY): string {
  if (names.length < 2) return names.join("");
  if (names.length > most) {
    const shown = names.slice(0, most - 1);
    return `${shown.join(", ")} and ${names.length - shown.length} more`;
  }
  return `${names.slice(0, -1).join(", ")} and ${names[names.length - 1]}`;
}

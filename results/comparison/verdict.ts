/**
 * A table in one sentence: which method is best, whether it is proven optimal, and how agents
 * compare with planners. The wording follows from the ranks alone.
 */

import { formatGap, formatValue } from "../format.ts";
import type { ScenarioTable } from "./compare.ts";
import { isFault } from "./failed-cell.ts";
import type { MethodSummary, Row } from "./ranking.ts";

export function verdictOf({ rows, unit }: ScenarioTable): string {
  const winners = rows.filter(({ rank, mean }) => rank === 1 && mean !== null);
  if (winners.length === 0)
    return rows.every(({ failure }) => isFault(failure))
      ? "Every method failed."
      : "No method found a plan that fits in memory.";
  const [winner] = winners;
  const shared =
    winners.length > 1
      ? `${listed(winners.map(({ method }) => method))} tie at`
      : `${winner.method} is best with`;
  return `${shared} ${formatValue(unit, winner.mean!)}, ${distance(winner)}. ${agentsAgainst(rows, winners)}`.trim();
}

/** The best method over all scenarios, by mean rank. */
export function overallVerdict(methods: readonly MethodSummary[], scenarioCount: number): string {
  if (scenarioCount < 2 || methods.length < 2) return "";
  const best = methods.filter(({ meanRank }) => meanRank === methods[0].meanRank);
  const names = listed(best.map(({ method }) => method));
  const verb = best.length > 1 ? "share" : "has";
  const rank = methods[0].meanRank.toFixed(1);
  return `Over ${scenarioCount} scenarios ${names} ${verb} the best mean rank, ${rank}.`;
}

function distance({ gap, feasibleSeeds, seeds }: Row): string {
  if (feasibleSeeds < seeds) return `the mean of the ${feasibleSeeds} of ${seeds} seeds that fit in memory`;
  if (gap === null) return "without a bound to measure it by";
  return gap <= 1e-9 ? "which meets the bound and so is optimal" : `${formatGap(gap)} above the bound`;
}

function agentsAgainst(rows: readonly Row[], winners: readonly Row[]): string {
  const agents = rows.filter(({ kind }) => kind === "agent");
  const planners = rows.filter(({ kind }) => kind === "planner");
  if (agents.length === 0 || planners.length === 0) return "";
  const [agent] = agents;
  if (agent.mean === null) return "No learned agent found a plan that fits in memory.";
  if (winners.includes(agent)) {
    const [planner] = planners;
    if (winners.includes(planner)) return "";
    if (planner.mean === null) return "No classic planner found a plan that fits in memory.";
    return `The best classic planner, ${planner.method}, is ${behind(planner, agent)}.`;
  }
  const ahead = planners.filter(({ rank }) => rank < agent.rank).map(({ method }) => method);
  return `The best learned agent, ${agent.method}, is ${behind(agent, winners[0])}; ahead of it: ${listed(ahead)}.`;
}

/**
 * How far a worse row is behind a better one. Means over different seeds do not compare, so the
 * text then counts seeds.
 */
function behind(worse: Row, better: Row): string {
  if (worse.feasibleSeeds < worse.seeds)
    return `infeasible on ${worse.seeds - worse.feasibleSeeds} of ${worse.seeds} seeds`;
  return `${formatGap(worse.mean! / better.mean! - 1)} behind`;
}

function listed(names: readonly string[]): string {
  if (names.length < 2) return names.join("");
  return `${names.slice(0, -1).join(", ")} and ${names[names.length - 1]}`;
}

/**
 * What PipeDream's planner charges for given stages, from its description. The best stages are
 * found by trying all. This is the slow twin of agents/exact/intervals/interval-program.ts.
 */
import type { IntervalOptions } from "../../../../agents/exact/intervals/interval-program.ts";
import type { IntervalStates } from "../../../../agents/exact/intervals/interval-states.ts";

/**
 * The states after `after` up to `upTo` on so many machines, and how each of these divides them.
 */
export interface PricedStage {
  readonly after: number;
  readonly upTo: number;
  readonly replicas: number;
  readonly inside: readonly PricedStage[];
}

/** Time of the slowest stage. */
export function priceOf(
  states: IntervalStates,
  options: IntervalOptions,
  stages: readonly PricedStage[],
  number = options.levels.length - 1,
): number {
  const { bytesPerUs } = options.levels[number];
  const spanOf = (values: Float64Array, { after, upTo }: PricedStage) =>
    values[upTo] - (after < 0 ? 0 : values[after]);
  const times = stages.map((stage, position) => {
    const { after, upTo, replicas, inside } = stage;
    const computeUs =
      number === 0 ? spanOf(states.timeUs, stage) : priceOf(states, options, inside, number - 1);
    // The published program divides by the machines below only where nothing was cut off before.
    const machinesBelow = position > 0 ? 1 : (options.levels[number - 1]?.machines ?? 1);
    const syncBytes = (4 * (replicas - 1) * spanOf(states.weightBytes, stage)) / replicas;
    const stageUs = (computeUs + syncBytes / bytesPerUs / machinesBelow) / replicas;
    if (options.transfers === "free" || position === 0) return stageUs;
    const leavesBytes = upTo === states.count - 1 ? 0 : states.outBytes[upTo];
    return Math.max(stageUs, (2 * Math.max(states.outBytes[after], leavesBytes)) / (bytesPerUs * replicas));
  });
  return Math.max(...times);
}

export function bestPrice(states: IntervalStates, options: IntervalOptions): number {
  if (states.count === 0) return Number.POSITIVE_INFINITY;
  const all = everyDivision(states, options, options.levels.length - 1, -1, states.count - 1);
  return Math.min(Number.POSITIVE_INFINITY, ...all.map((stages) => priceOf(states, options, stages)));
}

/** All ways to divide the states after one up to another among all machines of a level. */
function everyDivision(
  states: IntervalStates,
  options: IntervalOptions,
  number: number,
  after: number,
  upTo: number,
): PricedStage[][] {
  if (number < 0) return [[]];
  const follows = (one: number, other: number) =>
    one < other && (one < 0 || states.within(one, other)) && other <= upTo;
  const divisions: PricedStage[][] = [];
  const extend = (stages: readonly PricedStage[], from: number, machines: number): void => {
    if (from === upTo && machines === 0) divisions.push([...stages]);
    if (from === upTo || machines === 0) return;
    for (let to = from + 1; to <= upTo; to++) {
      if (!follows(from, to) || (to !== upTo && !states.within(to, upTo))) continue;
      for (let replicas = 1; replicas <= (options.replicas === "one" ? 1 : machines); replicas++)
        for (const inside of everyDivision(states, options, number - 1, from, to))
          extend([...stages, { after: from, upTo: to, replicas, inside }], to, machines - replicas);
    }
  };
  extend([], after, options.levels[number].machines);
  return divisions;
}

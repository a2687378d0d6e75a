/**
 * The slow twins of agents/exact/intervals/interval-program.ts. One charges given stages straight
 * from the description of PipeDream's planner, and tries all ways to choose stages one by one. The
 * other follows the loops of the published program.
 */
import type { IntervalOptions } from "../../../../agents/exact/intervals/interval-costs.ts";
import { type IntervalStates, isBefore } from "../../../../agents/exact/intervals/interval-states.ts";

/**
 * The states after `after` up to `upTo` on this many machines, and how each machine divides them.
 */
export interface PricedStage {
  readonly after: number;
  readonly upTo: number;
  readonly replicas: number;
  readonly inside: readonly PricedStage[];
}

const spanOf = (values: Float64Array, after: number, upTo: number) =>
  values[upTo] - (after < 0 ? 0 : values[after]);

/** Time of the slowest stage. */
export function priceOf(
  states: IntervalStates,
  options: IntervalOptions,
  stages: readonly PricedStage[],
  number = options.levels.length - 1,
): number {
  const { bytesPerUs } = options.levels[number];
  const times = stages.map(({ after, upTo, replicas, inside }, position) => {
    const computeUs =
      number === 0 ? spanOf(states.timeUs, after, upTo) : priceOf(states, options, inside, number - 1);
    const bytes = spanOf(states.weightBytes, after, upTo);
    const isFirst = position === 0;
    const charged = options.transfers === "free" || isFirst ? 0 : 2 / (options.compression ?? 1);
    const arrivingBytes = isFirst ? 0 : states.outBytes[after];
    if (options.mode === "paper") {
      const stageUs = Math.max(computeUs, (2 * (replicas - 1) * bytes) / bytesPerUs) / replicas;
      return Math.max(stageUs, (charged * arrivingBytes) / bytesPerUs);
    }
    // The published program divides by the machines below only where nothing was cut off before.
    const machinesBelow = isFirst ? (options.levels[number - 1]?.machines ?? 1) : 1;
    const syncBytes = (4 * (replicas - 1) * bytes) / replicas;
    const stageUs = (computeUs + syncBytes / bytesPerUs / machinesBelow) / replicas;
    const leavesBytes = upTo === states.count - 1 ? 0 : states.outBytes[upTo];
    return Math.max(stageUs, (charged * Math.max(arrivingBytes, leavesBytes)) / (bytesPerUs * replicas));
  });
  return Math.max(...times);
}

export function bestPrice(states: IntervalStates, options: IntervalOptions): number {
  if (states.count === 0) return Number.POSITIVE_INFINITY;
  const all = everyDivision(states, options, options.levels.length - 1, -1, states.count - 1);
  return Math.min(Number.POSITIVE_INFINITY, ...all.map((stages) => priceOf(states, options, stages)));
}

/** All ways to divide the states after one up to another among all machines of a level. */
export function everyDivision(
  states: IntervalStates,
  options: IntervalOptions,
  number: number,
  after: number,
  upTo: number,
): PricedStage[][] {
  if (number < 0) return [[]];
  const follows = (one: number, other: number) => one < 0 || isBefore(states, one, other);
  const divisions: PricedStage[][] = [];
  const extend = (stages: readonly PricedStage[], from: number, machines: number): void => {
    if (from === upTo && machines === 0) divisions.push([...stages]);
    if (from === upTo || machines === 0) return;
    for (let to = from + 1; to <= upTo; to++) {
      if (!follows(from, to) || (to !== upTo && !follows(to, upTo))) continue;
      for (let replicas = 1; replicas <= (options.replicas === "one" ? 1 : machines); replicas++)
        for (const inside of everyDivision(states, options, number - 1, from, to))
          extend([...stages, { after: from, upTo: to, replicas, inside }], to, machines - replicas);
    }
  };
  extend([], after, options.levels[number].machines);
  return divisions;
}

/**
 * The least price as the published program finds it. It also forms ranges after a state that do not
 * hold it, which only levels below the outermost have.
 */
export function publishedPrice(states: IntervalStates, options: IntervalOptions): number {
  const { count } = states;
  const mostReplicas = (machines: number) => (options.replicas === "one" ? 1 : machines);
  const charged = options.transfers === "free" ? 0 : 2 / (options.compression ?? 1);
  let rangeUs = (after: number, upTo: number) => spanOf(states.timeUs, after, upTo);
  options.levels.forEach(({ machines, bytesPerUs }, number) => {
    const machinesBelow = options.levels[number - 1]?.machines ?? 1;
    const best = new Map<string, number>();
    const bestOf = (after: number, j: number, m: number) => best.get(`${after} ${j} ${m}`) ?? Infinity;
    for (let after = -1; after < count; after++)
      for (let m = 1; m <= machines; m++)
        for (let j = after + 1; j < count; j++) {
          const syncUs = (k: number, r: number) =>
            (4 * (r - 1) * spanOf(states.weightBytes, k, j)) / (bytesPerUs * r);
          let least = Infinity;
          if (m <= mostReplicas(machines)) least = (rangeUs(after, j) + syncUs(after, m) / machinesBelow) / m;
          for (let k = 0; k < j; k++) {
            if (!isBefore(states, k, j) || (after >= 0 && (k === after || isBefore(states, k, after))))
              continue;
            for (let r = 1; r <= Math.min(mostReplicas(machines), m - 1); r++) {
              const last = (rangeUs(k, j) + syncUs(k, r)) / r;
              const moved = Math.max(states.outBytes[k], j === count - 1 ? 0 : states.outBytes[j]);
              least = Math.min(
                least,
                Math.max(bestOf(after, k, m - r), last, (charged * moved) / (bytesPerUs * r)),
              );
            }
          }
          best.set(`${after} ${j} ${m}`, least);
        }
    rangeUs = (after, upTo) => bestOf(after, upTo, machines);
  });
  return rangeUs(-1, count - 1);
}

/**
 * PipeDream's interval program (Narayanan et al., SOSP 2019) for levels of machines within
 * machines, all machines used. On each level, innermost first, it finds the division into stages
 * whose slowest stage is fastest (interval-row.ts). The costs are those of the paper or of the
 * published optimizer (interval-costs.ts). Above the innermost level the time of a range of states
 * is the best time found for it on all machines of the level below.
 *
 * One level takes time with the square of the number of states at most, more levels with its cube.
 */
import { type IntervalOptions, type LevelCosts, levelCosts, START } from "./interval-costs.ts";
import { type Row, RowSolver } from "./interval-row.ts";
import type { IntervalStates } from "./interval-states.ts";
import { evenCuts, firstCuts, type Range } from "./interval-ties.ts";

export interface IntervalStage {
  /** The states of the stage, from `from` up to but not including `to`. */
  readonly from: number;
  readonly to: number;
  readonly layers: readonly number[];
  readonly replicas: number;
  /** Time for one minibatch with the synchronisation of weights, shared by the replicas. */
  readonly timeUs: number;
  /**
   * How each replica's machine divides the stage among the machines inside it; none on the
   * innermost level.
   */
  readonly inside: readonly IntervalStage[];
}

export interface IntervalPlan {
  /** Time of the slowest stage for one minibatch. */
  readonly timeUs: number;
  readonly stages: readonly IntervalStage[];
}

/** Null where there are fewer states than machines that must each have a stage. */
export function intervalPlan(states: IntervalStates, options: IntervalOptions): IntervalPlan | null {
  const last = states.count - 1;
  const outermost = options.levels.length - 1;
  if (last < 0 || outermost < 0) return null;
  const levels: Level[] = [];
  for (let number = 0; number <= outermost; number++) {
    const rangeUs = number === 0 ? null : allRanges(states.count, levels[number - 1]);
    levels.push(levelOf(levelCosts(states, options, number, rangeUs), options, number));
  }
  const timeUs = levels[outermost].timeUs(START, last);
  if (timeUs === Number.POSITIVE_INFINITY) return null;

  const stagesOf = (number: number, placed: readonly number[], upTo: number): IntervalStage[] => {
    if (number < 0) return [];
    const after = placed[placed.length - 1];
    return levels[number].cuts(after, upTo).map(({ from, to, replicas, timeUs }) => {
      const layers = layersBetween(states, [...placed, from], to);
      const inside = stagesOf(number - 1, [...placed, from], to);
      return { from: from + 1, to: to + 1, layers, replicas, timeUs, inside };
    });
  };
  return { timeUs, stages: stagesOf(outermost, [START], last) };
}

/**
 * The layers of a state outside of others. The published program also cuts a stage after states
 * that do not hold all before the stage. So what was placed before is left out too.
 */
function layersBetween({ layersOf }: IntervalStates, placed: readonly number[], to: number): number[] {
  const earlier = new Set(placed.flatMap((state) => (state === START ? [] : Array.from(layersOf[state]))));
  return Array.from(layersOf[to]).filter((v) => !earlier.has(v));
}

interface Level {
  /** Best time of the states after one up to another on all machines. */
  timeUs(after: number, upTo: number): number;
  /** The stages of that time, in order. */
  cuts(after: number, upTo: number): Range[];
}

function levelOf(costs: LevelCosts, { mode, preferredCuts }: IntervalOptions, number: number): Level {
  const isPaper = mode === "paper";
  const preferred = preferredCuts?.[number] ?? new Set();
  const solver = new RowSolver(costs, isPaper);
  let solved = Number.NaN;
  let row: Row = new Float64Array(0);
  const rowAfter = (after: number) => {
    if (after !== solved) row = solver.solve(after);
    solved = after;
    return row;
  };
  return {
    timeUs: (after, upTo) => rowAfter(after)[costs.machines * costs.states.count + upTo],
    cuts: (after, upTo) =>
      isPaper
        ? evenCuts(costs, rowAfter(after), after, upTo)
        : firstCuts(costs, preferred, rowAfter(after), after, upTo),
  };
}

/** The best times of all ranges on a level, shape [count + 1, count]. */
function allRanges(count: number, level: Level): Float64Array {
  const times = new Float64Array((count + 1) * count).fill(Number.POSITIVE_INFINITY);
  for (let after = START; after < count; after++)
    for (let upTo = after + 1; upTo < count; upTo++)
      times[(after + 1) * count + upTo] = level.timeUs(after, upTo);
  return times;
}

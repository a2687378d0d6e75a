/**
 * The hybrid pipeline of least latency on a chain, exact:
 *
 *   least over all plans of  fill + tail + (M - 1) x longest period
 *
 * f(p), the least fill and tail of plans whose periods are all at most p, never grows with p. So
 * f(high) + (M - 1) low bounds every plan whose longest period is in [low, high]. Branch and bound
 * over such intervals of the possible periods, the least bound first, needs f at few of them.
 */
import { distinct, leastThreshold } from "./bottleneck.ts";
import { leastFillAndTail } from "./labels.ts";
import { stageOptions, viewOf } from "./options.ts";
import { type ChosenStage, type StagePlan, type StageProblem, stagesValue } from "./problem.ts";
import { fillSums } from "./sums.ts";

/** Plans whose longest period is one of the candidates low..high. */
interface Interval {
  readonly low: number;
  readonly high: number;
  readonly bound: number;
}

/** Null where nothing fits. */
export function leastLatency(problem: StageProblem): StagePlan | null {
  const options = stageOptions(problem);
  const fastest = leastThreshold(options, options.period);
  if (fastest === null) return null;
  const weight = problem.microBatches - 1;
  const periods = distinct(options.period).filter((period) => period >= fastest.value);
  let best: StagePlan = { stages: fastest.stages, value: stagesValue(problem, fastest.stages, "latency") };
  const consider = (stages: readonly ChosenStage[]) => {
    const value = stagesValue(problem, stages, "latency");
    if (value < best.value) best = { stages, value };
  };
  const open: Interval[] = [{ low: 0, high: periods.length - 1, bound: 0 }];
  while (open.length > 0) {
    const { low, high, bound } = takeLeast(open);
    if (bound >= best.value) break;
    const within = viewOf(options, (o) => options.period[o] <= periods[high]);
    const sums = fillSums(within);
    if (sums.stages !== null) consider(sums.stages);
    const found = leastFillAndTail(within, sums, best.value - weight * periods[low]);
    if (found === null) continue;
    consider(found.stages);
    // No plan with a longest period from that of `found` to `high` is better than `found`.
    const below = positionOf(periods, longestPeriod(problem, found.stages)) - 1;
    if (below < low) continue;
    const middle = (low + below) >> 1;
    open.push({ low, high: middle, bound: found.value + weight * periods[low] });
    if (middle < below)
      open.push({ low: middle + 1, high: below, bound: found.value + weight * periods[middle + 1] });
  }
  return best;
}

function takeLeast(open: Interval[]): Interval {
  let least = 0;
  for (let i = 1; i < open.length; i++) if (open[i].bound < open[least].bound) least = i;
  return open.splice(least, 1)[0];
}

function longestPeriod(problem: StageProblem, stages: readonly ChosenStage[]): number {
  let [longest, start] = [0, 0];
  for (const { first, end, replicas, variant } of stages) {
    const cost = problem.cost(first, end, problem.placeClass[start], replicas, variant)!;
    longest = Math.max(longest, cost.period);
    start += replicas;
  }
  return longest;
}

/** Where a number is among ascending ones. */
function positionOf(sorted: Float64Array, value: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * Cuts of a sequence of layers into contiguous stages of at least one layer each, whose most
 * expensive stage is as cheap as possible. Among those, the sum of the squares of the costs is
 * least, so that the stages are as even as that allows.
 *
 * With costs that are sums over layers this is the partition that GPipe asks for (Huang et al.,
 * "GPipe: Efficient Training of Giant Neural Networks using Pipeline Parallelism", NeurIPS 2019).
 * The article wants the least variance of the estimated costs and prints no algorithm.
 */
import { InputError } from "../../../env/model/errors.ts";
import { prefixSums } from "../../problems/prefix-sums.ts";

export interface Cuts {
  /** Cost of the most expensive stage. */
  readonly largest: number;
  readonly lengths: number[];
}

/**
 * Takes time with stages x layers^2.
 *
 * @param costOf of a stage over the layers from `start` up to `end`; infinite where it is impossible
 * @returns null where no cut has a finite cost
 */
export function cheapestCuts(
  layers: number,
  stages: number,
  costOf: (stage: number, start: number, end: number) => number,
): Cuts | null {
  checkStages(layers, stages);
  const { value: largest } = solve(layers, stages, costOf, Number.POSITIVE_INFINITY, Math.max);
  if (largest === Number.POSITIVE_INFINITY) return null;
  const { lengths } = solve(layers, stages, costOf, largest, (before, cost) => before + cost * cost);
  return { largest, lengths };
}

/** GPipe's lengths for costs of layers, which are at least 0. */
export function minMaxLengths(costs: ArrayLike<number>, stages: number): number[] {
  const sums = prefixSums(costs);
  return cheapestCuts(costs.length, stages, (_, start, end) => sums[end] - sums[start])!.lengths;
}

/** Lengths that differ by at most one, the longer stages first. */
export function evenLengths(layers: number, stages: number): number[] {
  checkStages(layers, stages);
  const shortest = Math.floor(layers / stages);
  return Array.from({ length: stages }, (_, stage) => shortest + Number(stage < layers % stages));
}

/**
 * The least value of the program whose stages cost at most `limit` each.
 *
 * @param join value of some stages, from that of those before and the cost of the last
 */
function solve(
  layers: number,
  stages: number,
  costOf: (stage: number, start: number, end: number) => number,
  limit: number,
  join: (before: number, cost: number) => number,
): { readonly value: number; readonly lengths: number[] } {
  // least[end]: value of the stages so far over the first `end` layers.
  let least = new Float64Array(layers + 1).fill(Number.POSITIVE_INFINITY);
  least[0] = 0;
  const startOf = Array.from({ length: stages }, () => new Int32Array(layers + 1));
  for (let stage = 0; stage < stages; stage++) {
    const next = new Float64Array(layers + 1).fill(Number.POSITIVE_INFINITY);
    const last = layers - (stages - 1 - stage);
    const isLast = stage === stages - 1;
    for (let end = isLast ? layers : stage + 1; end <= last; end++)
      for (let start = stage === 0 ? 0 : end - 1; start >= stage; start--) {
        if (least[start] >= next[end]) continue;
        const cost = costOf(stage, start, end);
        if (cost > limit) continue;
        const value = join(least[start], cost);
        if (value >= next[end]) continue;
        next[end] = value;
        startOf[stage][end] = start;
      }
    least = next;
  }
  const lengths: number[] = [];
  for (let stage = stages - 1, end = layers; stage >= 0; stage--) {
    lengths.unshift(end - startOf[stage][end]);
    end = startOf[stage][end];
  }
  return { value: least[layers], lengths };
}

function checkStages(layers: number, stages: number): void {
  if (Number.isInteger(stages) && stages >= 1 && stages <= layers) return;
  throw new InputError(`${layers} layers cannot be cut into ${stages} stages of at least one each.`);
}

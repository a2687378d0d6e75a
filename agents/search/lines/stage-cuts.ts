/**
 * GPipe's partitions of a sequence of layers into stages (Huang et al., "GPipe: Efficient Training
 * of Giant Neural Networks using Pipeline Parallelism", NeurIPS 2019). Each stage is contiguous and
 * has at least one layer. Transfers and memory are not looked at.
 *
 * The article asks for stages of least variance of the estimated costs and prints no algorithm. The
 * partition here is exact: its slowest stage is as fast as possible, and among all such partitions
 * the variance is least.
 */
import { InputError } from "../../../env/model/errors.ts";

/** Lengths that differ by at most one, the longer stages first. */
export function evenLengths(layers: number, stages: number): number[] {
  checkStages(layers, stages);
  const shortest = Math.floor(layers / stages);
  return Array.from({ length: stages }, (_, stage) => shortest + Number(stage < layers % stages));
}

/**
 * Lengths of the stages of the least possible largest cost, and among those of the least sum of
 * squared costs. Takes time with stages x layers^2.
 *
 * @param costs of the layers, at least 0
 */
export function minMaxLengths(costs: ArrayLike<number>, stages: number): number[] {
  checkStages(costs.length, stages);
  const largest = solve(costs, stages, Number.POSITIVE_INFINITY, Math.max);
  const even = solve(costs, stages, largest.value, (before, cost) => before + cost * cost);
  return even.lengths;
}

/**
 * The least value of the program whose stages cost at most `limit` each.
 *
 * @param join value of some stages, from that of those before and the cost of the last
 */
function solve(
  costs: ArrayLike<number>,
  stages: number,
  limit: number,
  join: (before: number, cost: number) => number,
): { readonly value: number; readonly lengths: number[] } {
  const layers = costs.length;
  // least[end]: value of the stages so far over the first `end` layers.
  let least = new Float64Array(layers + 1).fill(Number.POSITIVE_INFINITY);
  least[0] = 0;
  const startOf = Array.from({ length: stages }, () => new Int32Array(layers + 1));
  for (let stage = 0; stage < stages; stage++) {
    const next = new Float64Array(layers + 1).fill(Number.POSITIVE_INFINITY);
    const last = layers - (stages - 1 - stage);
    for (let end = stage + 1; end <= last; end++) {
      let cost = 0;
      for (let start = end - 1; start >= stage; start--) {
        cost += costs[start];
        if (cost > limit) break;
        const value = join(least[start], cost);
        if (value >= next[end]) continue;
        next[end] = value;
        startOf[stage][end] = start;
      }
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

/**
 * Cuts of a line into contiguous ranges whose largest cost is as small as it can be. Costs are at
 * least 0 and add up, so the cost of a range is a difference of prefix sums.
 *
 * Bisection on the largest cost, with a greedy probe. A probe that succeeds lowers the upper limit
 * to the largest cost of its ranges. One that fails raises the lower limit to the least cost at
 * which some range would have been longer. Both limits are costs of ranges, so they meet at the
 * optimum exactly.
 *
 * Of all cuts that reach it, each is as near to an equal share of the sum as it can be, from the
 * first one on. An estimate that is a little wrong then costs little.
 */
import { InputError } from "../../../env/model/errors.ts";

/**
 * @param sums sums of the costs before each position, shape [length + 1]
 * @returns where each range starts, and the length at the end, shape [parts + 1]; no range is empty
 */
export function leastLargestRanges(sums: Float64Array, parts: number): Int32Array {
  const length = sums.length - 1;
  if (!(Number.isInteger(parts) && parts >= 1 && parts <= length))
    throw new InputError(`A line of ${length} cannot be cut into ${parts} ranges of at least one each.`);
  return nearEqualShares(sums, parts, leastLargest(sums, parts));
}

/** The largest cost of a range of these cuts. */
export function largestRange(sums: Float64Array, starts: Int32Array): number {
  let largest = 0;
  for (let p = 0; p + 1 < starts.length; p++)
    largest = Math.max(largest, sums[starts[p + 1]] - sums[starts[p]]);
  return largest;
}

function leastLargest(sums: Float64Array, parts: number): number {
  const length = sums.length - 1;
  let low = 0;
  let high = sums[length] - sums[0];
  while (low < high) {
    const middle = low + (high - low) / 2;
    const limit = middle < high ? middle : low;
    const { fits, value } = probe(sums, parts, limit);
    if (fits) high = value;
    else low = value;
  }
  return high;
}

/**
 * Makes each range as long as the limit lets it be. The value is the largest cost of the ranges
 * where they reach the end, else the least cost at which one of them would be longer.
 */
function probe(
  sums: Float64Array,
  parts: number,
  limit: number,
): { readonly fits: boolean; readonly value: number } {
  const length = sums.length - 1;
  let start = 0;
  let largest = 0;
  let next = Number.POSITIVE_INFINITY;
  for (let p = 0; p < parts && start < length; p++) {
    const end = furthest(sums, start, limit);
    largest = Math.max(largest, sums[end] - sums[start]);
    if (end < length) next = Math.min(next, sums[end + 1] - sums[start]);
    start = end;
  }
  return start === length ? { fits: true, value: largest } : { fits: false, value: next };
}

/** The last end of a range from `start` within the limit. */
function furthest(sums: Float64Array, start: number, limit: number): number {
  let [low, high] = [start, sums.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (sums[middle] - sums[start] <= limit) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** The first start of a range up to `end` within the limit. */
function earliest(sums: Float64Array, end: number, limit: number): number {
  let [low, high] = [0, end];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sums[end] - sums[middle] <= limit) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Pre: ranges within the limit exist. */
function nearEqualShares(sums: Float64Array, parts: number, limit: number): Int32Array {
  const length = sums.length - 1;
  // Cuts before these leave too much for the ranges behind them.
  const first = new Int32Array(parts + 1);
  first[parts] = length;
  for (let p = parts - 1; p > 0; p--)
    first[p] = Math.max(p, Math.min(first[p + 1] - 1, earliest(sums, first[p + 1], limit)));
  const starts = new Int32Array(parts + 1);
  starts[parts] = length;
  for (let p = 1; p < parts; p++) {
    const low = Math.max(first[p], starts[p - 1] + 1);
    const high = Math.min(furthest(sums, starts[p - 1], limit), length - (parts - p));
    const share = sums[0] + ((sums[length] - sums[0]) * p) / parts;
    starts[p] = Math.min(high, Math.max(low, nearest(sums, share)));
  }
  return starts;
}

/** The position whose sum is nearest to the value; the lower of two. */
function nearest(sums: Float64Array, value: number): number {
  let [low, high] = [0, sums.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sums[middle] >= value) high = middle;
    else low = middle + 1;
  }
  return low > 0 && value - sums[low - 1] <= sums[low] - value ? low - 1 : low;
}

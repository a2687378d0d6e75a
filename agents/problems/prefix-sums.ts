/** Sums of ranges of a column in constant time: from i to before j it is `sums[j] - sums[i]`. */

/** Sums of the values before each position, shape [length + 1]. */
export function prefixSums(values: ArrayLike<number>): Float64Array {
  const sums = new Float64Array(values.length + 1);
  for (let i = 0; i < values.length; i++) sums[i + 1] = sums[i] + values[i];
  return sums;
}

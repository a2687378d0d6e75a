/**
 * The slow twin of cuts into ranges: a dynamic program over ends and ranges. The best last cut
 * moves forward with the end, so each row takes one pass.
 */

/** The least largest cost of so many ranges, some of which may be empty. */
export function leastByProgram(sums: Float64Array, parts: number): number {
  const length = sums.length - 1;
  let row = Float64Array.from(sums, (sum) => sum - sums[0]);
  for (let p = 1; p < parts; p++) {
    const next = new Float64Array(length + 1);
    let cut = 0;
    for (let end = 0; end <= length; end++) {
      const at = (start: number) => Math.max(row[start], sums[end] - sums[start]);
      while (cut < end && at(cut + 1) <= at(cut)) cut++;
      next[end] = at(cut);
    }
    row = next;
  }
  return row[length];
}

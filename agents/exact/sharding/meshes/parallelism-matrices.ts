/**
 * Parallelism matrices (Xie et al., "Synthesizing Optimal Parallelism Placement and Reduction
 * Strategies on Hierarchical Systems", MLSys 2022): how much of each axis of parallelism is spread
 * over each level of a machine. Two placements of one matrix cost the same by symmetry.
 */

/** Rows are axes, columns levels; positive integers. */
export type ParallelismMatrix = readonly (readonly number[])[];

/**
 * All matrices whose row products are the sizes of the axes, and whose column products those of the
 * levels. In lexicographic order of the first row, then the second and so on.
 */
export function* parallelismMatrices(
  levels: readonly number[],
  axes: readonly number[],
): Generator<ParallelismMatrix> {
  const [axis, ...others] = axes;
  if (axis === undefined) {
    if (levels.every((left) => left === 1)) yield [];
    return;
  }
  for (const row of factorRows(axis, levels)) {
    const left = levels.map((size, level) => size / row[level]);
    for (const rows of parallelismMatrices(left, others)) yield [row, ...rows];
  }
}

/** All rows of one divisor of each level whose product is the axis, lexicographic. */
function* factorRows(axis: number, levels: readonly number[]): Generator<readonly number[]> {
  const [level, ...others] = levels;
  if (level === undefined) {
    if (axis === 1) yield [];
    return;
  }
  for (let factor = 1; factor <= Math.min(axis, level); factor++)
    if (axis % factor === 0 && level % factor === 0)
      for (const row of factorRows(axis / factor, others)) yield [factor, ...row];
}

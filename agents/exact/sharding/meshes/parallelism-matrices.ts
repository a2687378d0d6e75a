/**
 * Parallelism matrices (Xie et al., "Synthesizing Optimal Parallelism Placement and Reduction
 * Strategies on Hierarchical Systems", MLSys 2022): how much of each axis of parallelism is spread
 * over each level of a machine. Two placements of one matrix cost the same by symmetry.
 */
import { coordinatesOf } from "../../../../env/model/layout/mesh.ts";

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

/**
 * The place of each rank of a mesh under a matrix. Ranks are numbered in row-major order of the
 * axes, places level by level, outermost first. Inside a level axes are in the order of rows.
 */
export function placesOf(matrix: ParallelismMatrix): Int32Array {
  const sizes = matrix.map((row) => row.reduce((product, size) => product * size, 1));
  const ranks = sizes.reduce((product, size) => product * size, 1);
  const levels = matrix[0]?.length ?? 0;
  return Int32Array.from({ length: ranks }, (_, rank) => {
    const digits = coordinatesOf(sizes, rank).map((at, axis) => coordinatesOf(matrix[axis], at));
    let place = 0;
    for (let level = 0; level < levels; level++)
      matrix.forEach((row, axis) => {
        place = place * row[level] + digits[axis][level];
      });
    return place;
  });
}

/**
 * A safe lower bound on a linear program from any dual values (Neumaier and Shcherbina, "Safe
 * bounds in linear and mixed-integer linear programming", Mathematical Programming 2004). It is
 * valid even if the solver that found the dual values made errors. For every feasible x,
 *
 *   cost x = y (A x) + (cost - y A) x
 *         >= sum over rows of min { y s : s in the row's range }
 *          + sum over columns of min { (cost - y A) x : x in the column's range }.
 *
 * The largest possible rounding error of these sums is subtracted. A dual value whose row has no
 * limit on that side counts as 0.
 *
 * Pre: every column's range is finite.
 */
import type { LinearProgram } from "./linear-program.ts";

export function dualBound(program: LinearProgram, rowDuals: ArrayLike<number>): number {
  const { columns, rows, cost, lower, upper, rowLower, rowUpper, rowStart, rowColumn, rowValue } = program;
  const reduced = Float64Array.from(cost);
  const magnitude = Float64Array.from(cost, Math.abs);
  let sum = 0;
  let size = 0;
  for (let row = 0; row < rows; row++) {
    const limit = rowDuals[row] > 0 ? rowLower[row] : rowUpper[row];
    const dual = Number.isFinite(limit) && Number.isFinite(rowDuals[row]) ? rowDuals[row] : 0;
    if (dual === 0) continue;
    sum += dual * limit;
    size += Math.abs(dual * limit);
    for (let i = rowStart[row]; i < rowStart[row + 1]; i++) {
      reduced[rowColumn[i]] -= dual * rowValue[i];
      magnitude[rowColumn[i]] += Math.abs(dual * rowValue[i]);
    }
  }
  for (let column = 0; column < columns; column++) {
    const range = [lower[column], upper[column]];
    sum += Math.min(...range.map((x) => reduced[column] * x));
    size += magnitude[column] * Math.max(...range.map(Math.abs));
  }
  const terms = rowColumn.length + rows + columns;
  return sum - terms * Number.EPSILON * size;
}

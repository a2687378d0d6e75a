/** Rows of one table to or from chosen rows of another. */
import { addAll, allZero, clearAll, copyAll } from "./elements";

/** result[i] = x[index[i]], plus y[i] unless y is 0. */
export function gatherRows(x: usize, index: usize, y: usize, rows: i32, width: i32, result: usize): void {
  const bytes = <usize>width << 2;
  for (let row = 0; row < rows; row++) {
    const from = x + load<i32>(index) * bytes;
    if (y == 0) copyAll(from, result, width);
    else {
      addAll(from, y, result, width);
      y += bytes;
    }
    result += bytes;
    index += 4;
  }
}

/** result[index[i]] = x[i], or += where `add` is set. */
export function scatterRows(x: usize, index: usize, rows: i32, width: i32, add: bool, result: usize): void {
  const bytes = <usize>width << 2;
  for (let row = 0; row < rows; row++) {
    const to = result + load<i32>(index) * bytes;
    if (add) addAll(to, x, to, width);
    else copyAll(x, to, width);
    x += bytes;
    index += 4;
  }
}

/** result[index[i]] = x[i], and 0 in the other rows of `all`. The indices ascend. */
export function spreadRows(x: usize, index: usize, rows: i32, all: i32, width: i32, result: usize): void {
  const bytes = <usize>width << 2;
  let next = 0;
  for (let row = 0; row < all; row++) {
    if (next < rows && load<i32>(index + (<usize>next << 2)) == row) {
      copyAll(x, result, width);
      x += bytes;
      next++;
    } else clearAll(result, width);
    result += bytes;
  }
}

/** Writes the indices of the rows that are not all 0 to `index`, ascending; answers how many. */
export function activeRows(x: usize, rows: i32, width: i32, index: usize): i32 {
  let count = 0;
  for (let row = 0; row < rows; row++) {
    store<i32>(index + (<usize>count << 2), row);
    // Most rows show by their first columns that they are not 0.
    const shows = width >= 4 && v128.any_true(v128.shl<i32>(v128.load(x), 1));
    count += shows ? 1 : 1 - allZero(x, width);
    x += <usize>width << 2;
  }
  return count;
}

/** How many of the ascending indices are below a limit. */
export function countBelow(index: usize, count: i32, limit: i32): i32 {
  while (count > 0 && load<i32>(index + (<usize>(count - 1) << 2)) >= limit) count--;
  return count;
}

/** From rows of a table of units, each in `states`, to those of the table that lists `units`. */
export function rowsOfUnits(rows: usize, count: i32, units: usize, states: i32, result: usize): void {
  for (const last = rows + (<usize>count << 2); rows < last; rows += 4) {
    const unit = load<i32>(rows) / states;
    store<i32>(result, load<i32>(units + (<usize>unit << 2)) * states + load<i32>(rows) - unit * states);
    result += 4;
  }
}

/** Copies rows that lie apart on either side; strides are elements. */
export function copyRows(
  x: usize, stride: i32, rows: i32, width: i32, result: usize, resultStride: i32,
): void {
  for (let row = 0; row < rows; row++) {
    copyAll(x, result, width);
    x += <usize>stride << 2;
    result += <usize>resultStride << 2;
  }
}

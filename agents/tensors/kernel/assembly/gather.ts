/** Rows of one table to or from chosen rows of another. */
import { addAll, allZero } from "./elements";

/** result[i] = x[index[i]], plus y[i] unless y is 0. */
export function gatherRows(x: usize, index: usize, y: usize, rows: i32, width: i32, result: usize): void {
  const bytes = <usize>width << 2;
  for (let row = 0; row < rows; row++) {
    const from = x + load<i32>(index) * bytes;
    if (y == 0) memory.copy(result, from, bytes);
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
    else memory.copy(to, x, bytes);
    x += bytes;
    index += 4;
  }
}

/** Writes the indices of the rows that are not all 0 to `index`, ascending; answers how many. */
export function activeRows(x: usize, rows: i32, width: i32, index: usize): i32 {
  let count = 0;
  for (let row = 0; row < rows; row++) {
    store<i32>(index + (<usize>count << 2), row);
    count += 1 - allZero(x, width);
    x += <usize>width << 2;
  }
  return count;
}

/** Rows of one table to or from chosen rows of another. */
import { loadPart, storePart } from "./parts";

/** result[i] = x[index[i]], plus y[i] unless y is 0. */
export function gatherRows(x: usize, index: usize, y: usize, rows: i32, width: i32, result: usize): void {
  for (let row = 0; row < rows; row++) {
    let from = x + (<usize>load<i32>(index) * width << 2);
    for (let left = width; left > 0; left -= 4) {
      let value = loadPart(from, left);
      if (y != 0) {
        value = f32x4.add(value, loadPart(y, left));
        y += <usize>min(4, left) << 2;
      }
      storePart(result, left, value);
      from += 16;
      result += <usize>min(4, left) << 2;
    }
    index += 4;
  }
}

/** result[index[i]] += x[i]. */
export function scatterRows(x: usize, index: usize, rows: i32, width: i32, result: usize): void {
  for (let row = 0; row < rows; row++) {
    let to = result + (<usize>load<i32>(index) * width << 2);
    for (let left = width; left > 0; left -= 4) {
      storePart(to, left, f32x4.add(loadPart(to, left), loadPart(x, left)));
      to += 16;
      x += <usize>min(4, left) << 2;
    }
    index += 4;
  }
}

/** Distributions over the columns of each row. */
import { exp, exp4, sum4 } from "./math";
import { loadPart, storePart } from "./parts";

/** result = softmax of every row. */
export function softmaxRows(x: usize, rows: i32, columns: i32, result: usize): void {
  for (let row = 0; row < rows; row++) {
    const most = f32x4.splat(largestOf(x, columns));
    let total: f32 = 0;
    for (let column = 0; column < columns; column++) {
      const at = <usize>column << 2;
      const count = columns - column;
      if (count >= 4) {
        const power = exp4(f32x4.sub(v128.load(x + at), most));
        v128.store(result + at, power);
        total += sum4(power);
        column += 3;
        continue;
      }
      const power = exp(load<f32>(x + at) - f32x4.extract_lane(most, 0));
      store<f32>(result + at, power);
      total += power;
    }
    const factor = f32x4.splat(1 / total);
    for (let column = 0; column < columns; column += 4) {
      const at = <usize>column << 2;
      storePart(result + at, columns - column, f32x4.mul(factor, loadPart(result + at, columns - column)));
    }
    x += <usize>columns << 2;
    result += <usize>columns << 2;
  }
}

/** The gradient before a softmax whose output was y: y x (d - sum of d x y). */
export function softmaxBack(y: usize, d: usize, rows: i32, columns: i32, result: usize): void {
  for (let row = 0; row < rows; row++) {
    let total: f32 = 0;
    for (let column = 0; column < columns; column++)
      total += load<f32>(y + (<usize>column << 2)) * load<f32>(d + (<usize>column << 2));
    const mean = f32x4.splat(total);
    for (let column = 0; column < columns; column += 4) {
      const at = <usize>column << 2;
      const count = columns - column;
      const difference = f32x4.sub(loadPart(d + at, count), mean);
      storePart(result + at, count, f32x4.mul(loadPart(y + at, count), difference));
    }
    y += <usize>columns << 2;
    d += <usize>columns << 2;
    result += <usize>columns << 2;
  }
}

function largestOf(x: usize, columns: i32): f32 {
  let most = load<f32>(x);
  for (let column = 1; column < columns; column++) most = max(most, load<f32>(x + (<usize>column << 2)));
  return most;
}

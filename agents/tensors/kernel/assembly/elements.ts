/** Passes over whole arrays, element by element. */
import { exp4, tanh4 } from "./math";
import { loadPart, storePart } from "./parts";

/** result = tanh(x) of `count` elements. */
export function tanhAll(x: usize, result: usize, count: i32): void {
  for (let left = count; left > 0; left -= 4) {
    storePart(result, left, tanh4(loadPart(x, left)));
    x += 16;
    result += 16;
  }
}

/** result = exp(2 x). */
export function exponentials(x: usize, result: usize, count: i32): void {
  for (let left = count; left > 0; left -= 4) {
    const value = loadPart(x, left);
    storePart(result, left, exp4(f32x4.add(value, value)));
    x += 16;
    result += 16;
  }
}

/** The largest absolute value. */
export function largest(x: usize, count: i32): f32 {
  let most = f32x4.splat(0);
  for (let left = count; left > 0; left -= 4) {
    most = f32x4.pmax(most, f32x4.abs(loadPart(x, left)));
    x += 16;
  }
  return max(
    max(f32x4.extract_lane(most, 0), f32x4.extract_lane(most, 1)),
    max(f32x4.extract_lane(most, 2), f32x4.extract_lane(most, 3)),
  );
}

/** result = d where y is above 0, else 0: the gradient before a relu whose output was y. */
export function reluBack(d: usize, y: usize, result: usize, count: i32): void {
  const zero = f32x4.splat(0);
  let left = count;
  for (; left >= 16; left -= 16) {
    v128.store(result, v128.and(f32x4.gt(v128.load(y), zero), v128.load(d)));
    v128.store(result, v128.and(f32x4.gt(v128.load(y, 16), zero), v128.load(d, 16)), 16);
    v128.store(result, v128.and(f32x4.gt(v128.load(y, 32), zero), v128.load(d, 32)), 32);
    v128.store(result, v128.and(f32x4.gt(v128.load(y, 48), zero), v128.load(d, 48)), 48);
    d += 64;
    y += 64;
    result += 64;
  }
  for (; left > 0; left -= 4) {
    const open = f32x4.gt(loadPart(y, left), zero);
    storePart(result, left, v128.and(open, loadPart(d, left)));
    d += 16;
    y += 16;
    result += 16;
  }
}

/** result = d x (1 - y x y): the gradient before a tanh whose output was y. */
export function tanhBack(d: usize, y: usize, result: usize, count: i32): void {
  const one = f32x4.splat(1);
  for (let left = count; left > 0; left -= 4) {
    const value = loadPart(y, left);
    const slope = f32x4.sub(one, f32x4.mul(value, value));
    storePart(result, left, f32x4.mul(loadPart(d, left), slope));
    d += 16;
    y += 16;
    result += 16;
  }
}

export function copyAll(x: usize, result: usize, count: i32): void {
  let left = count;
  for (; left >= 16; left -= 16) {
    v128.store(result, v128.load(x));
    v128.store(result, v128.load(x, 16), 16);
    v128.store(result, v128.load(x, 32), 32);
    v128.store(result, v128.load(x, 48), 48);
    x += 64;
    result += 64;
  }
  for (; left > 0; left -= 4) {
    storePart(result, left, loadPart(x, left));
    x += 16;
    result += 16;
  }
}

export function clearAll(result: usize, count: i32): void {
  const zero = f32x4.splat(0);
  for (let left = count; left > 0; left -= 4) {
    storePart(result, left, zero);
    result += 16;
  }
}

/** result = x + y. */
export function addAll(x: usize, y: usize, result: usize, count: i32): void {
  let left = count;
  for (; left >= 16; left -= 16) {
    v128.store(result, f32x4.add(v128.load(x), v128.load(y)));
    v128.store(result, f32x4.add(v128.load(x, 16), v128.load(y, 16)), 16);
    v128.store(result, f32x4.add(v128.load(x, 32), v128.load(y, 32)), 32);
    v128.store(result, f32x4.add(v128.load(x, 48), v128.load(y, 48)), 48);
    x += 64;
    y += 64;
    result += 64;
  }
  for (; left > 0; left -= 4) {
    storePart(result, left, f32x4.add(loadPart(x, left), loadPart(y, left)));
    x += 16;
    y += 16;
    result += 16;
  }
}

/** result += share x x. */
export function addScaled(x: usize, share: f32, result: usize, count: i32): void {
  const factor = f32x4.splat(share);
  for (let left = count; left > 0; left -= 4) {
    storePart(result, left, f32x4.add(loadPart(result, left), f32x4.mul(factor, loadPart(x, left))));
    x += 16;
    result += 16;
  }
}

/** 1 where all elements are 0. */
export function allZero(x: usize, count: i32): i32 {
  let left = count;
  for (; left >= 16; left -= 16) {
    const some = v128.or(
      v128.or(v128.load(x), v128.load(x, 16)),
      v128.or(v128.load(x, 32), v128.load(x, 48)),
    );
    if (v128.any_true(v128.shl<i32>(some, 1))) return 0;
    x += 64;
  }
  for (; left > 0; left -= 4) {
    if (v128.any_true(v128.shl<i32>(loadPart(x, left), 1))) return 0;
    x += 16;
  }
  return 1;
}

/** Adds the rows of a matrix to `result`. */
export function addRows(x: usize, rows: i32, columns: i32, result: usize): void {
  let column = 0;
  for (; column + 16 <= columns; column += 16) {
    const to = result + (<usize>column << 2);
    let from = x + (<usize>column << 2);
    let s0 = v128.load(to), s1 = v128.load(to, 16), s2 = v128.load(to, 32), s3 = v128.load(to, 48);
    for (let row = 0; row < rows; row++) {
      s0 = f32x4.add(s0, v128.load(from));
      s1 = f32x4.add(s1, v128.load(from, 16));
      s2 = f32x4.add(s2, v128.load(from, 32));
      s3 = f32x4.add(s3, v128.load(from, 48));
      from += <usize>columns << 2;
    }
    v128.store(to, s0);
    v128.store(to, s1, 16);
    v128.store(to, s2, 32);
    v128.store(to, s3, 48);
  }
  for (; column < columns; column += 4) {
    const to = result + (<usize>column << 2);
    let from = x + (<usize>column << 2);
    let sum = loadPart(to, columns - column);
    for (let row = 0; row < rows; row++) {
      sum = f32x4.add(sum, loadPart(from, columns - column));
      from += <usize>columns << 2;
    }
    storePart(to, columns - column, sum);
  }
}

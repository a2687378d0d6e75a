/** Weighted sums over the neighbours of a node, with edges sorted by the node that receives. */
import { addScaled, clearAll, copyAll } from "./elements";
import { loadPart, storePart } from "./parts";

/**
 * For the rows from `first` to `last`: result[row] = sum over its edges of weight x x[from], plus
 * `extra[row]` unless that is 0. The edges of a row are start[row] .. start[row + 1].
 */
export function neighbourSums(
  x: usize, width: i32, start: usize, from: usize, weight: usize,
  first: i32, last: i32, extra: usize, result: usize,
): void {
  const rowBytes = <usize>width << 2;
  const wide = width & ~15;
  for (let row = first; row < last; row++) {
    const begin = load<i32>(start + (<usize>row << 2));
    const end = load<i32>(start + (<usize>row << 2), 4);
    const to = result + row * rowBytes;
    const also = extra == 0 ? 0 : extra + row * rowBytes;
    if (wide > 0) sumWide(x, rowBytes, from, weight, begin, end, also, to, wide);
    for (let column = wide; column < width; column += 4) {
      const count = width - column;
      const at = <usize>column << 2;
      let sum = also == 0 ? f32x4.splat(0) : loadPart(also + at, count);
      for (let e = begin; e < end; e++) {
        const source = x + load<i32>(from + (<usize>e << 2)) * rowBytes + at;
        sum = f32x4.add(sum, f32x4.mul(v128.load_splat<f32>(weight + (<usize>e << 2)), loadPart(source, count)));
      }
      storePart(to + at, count, sum);
    }
  }
}

/** Two edges at a time go down all columns, so that no column has a loop of its own. */
// @ts-ignore: decorator
@inline
function sumWide(
  x: usize, rowBytes: usize, from: usize, weight: usize, begin: i32, end: i32, also: usize, to: usize, width: i32,
): void {
  let before = also;
  let e = begin;
  for (; e + 1 < end; e += 2) {
    const edge = <usize>e << 2;
    const first = x + load<i32>(from + edge) * rowBytes;
    const second = x + load<i32>(from + edge, 4) * rowBytes;
    const share = v128.load_splat<f32>(weight + edge);
    const other = v128.load_splat<f32>(weight + edge, 4);
    sumOfTwo(first, second, share, other, before, to, width);
    before = to;
  }
  if (e < end) {
    const source = x + load<i32>(from + (<usize>e << 2)) * rowBytes;
    const share = v128.load_splat<f32>(weight + (<usize>e << 2));
    sumOfOne(source, share, before, to, width);
  } else if (before == 0) clearAll(to, width);
  else if (before != to) copyAll(before, to, width);
}

/** to = before + share x first + other x second, from left to right; 0 stands for no `before`. */
function sumOfTwo(
  first: usize, second: usize, share: v128, other: v128, before: usize, to: usize, width: i32,
): void {
  for (const last = to + (<usize>width << 2); to != last; to += 32) {
    let s0 = f32x4.splat(0), s1 = s0;
    if (before != 0) {
      s0 = v128.load(before);
      s1 = v128.load(before, 16);
      before += 32;
    }
    s0 = f32x4.add(s0, f32x4.mul(share, v128.load(first)));
    s1 = f32x4.add(s1, f32x4.mul(share, v128.load(first, 16)));
    s0 = f32x4.add(s0, f32x4.mul(other, v128.load(second)));
    s1 = f32x4.add(s1, f32x4.mul(other, v128.load(second, 16)));
    v128.store(to, s0);
    v128.store(to, s1, 16);
    first += 32;
    second += 32;
  }
}

function sumOfOne(source: usize, share: v128, before: usize, to: usize, width: i32): void {
  for (const last = to + (<usize>width << 2); to != last; to += 32) {
    let s0 = f32x4.splat(0), s1 = s0;
    if (before != 0) {
      s0 = v128.load(before);
      s1 = v128.load(before, 16);
      before += 32;
    }
    v128.store(to, f32x4.add(s0, f32x4.mul(share, v128.load(source))));
    v128.store(to, f32x4.add(s1, f32x4.mul(share, v128.load(source, 16))), 16);
    source += 32;
  }
}

/**
 * Marks the rows that send to the given rows. A row is a unit in one of its `states`, edges lie
 * between units.
 */
export function markSenders(
  rows: usize, count: i32, states: i32, start: usize, from: usize, marks: usize,
): void {
  for (const last = rows + (<usize>count << 2); rows < last; rows += 4) {
    const unit = load<i32>(rows) / states;
    const state = load<i32>(rows) - unit * states;
    const end = load<i32>(start + (<usize>unit << 2), 4);
    for (let e = load<i32>(start + (<usize>unit << 2)); e < end; e++)
      store<i32>(marks + (<usize>(load<i32>(from + (<usize>e << 2)) * states + state) << 2), 1);
  }
}

/** Lists the marked rows, ascending, and marks each by its place plus 1; answers how many. */
export function listMarked(marks: usize, size: i32, list: usize): i32 {
  let count = 0;
  for (let row = 0; row < size; row++) {
    if (load<i32>(marks) != 0) {
      store<i32>(list + (<usize>count << 2), row);
      count++;
      store<i32>(marks, count);
    }
    marks += 4;
  }
  return count;
}

/**
 * The gradient of what marked rows sent, from that of the given rows' sums. A sender's sum has the
 * order of `neighbourSums` over its receivers. `result` holds zeros before.
 */
export function sendBack(
  d: usize, rows: usize, count: i32, states: i32, start: usize, from: usize, weight: usize,
  width: i32, marks: usize, result: usize,
): void {
  const bytes = <usize>width << 2;
  for (const last = rows + (<usize>count << 2); rows < last; rows += 4) {
    const unit = load<i32>(rows) / states;
    const state = load<i32>(rows) - unit * states;
    const end = load<i32>(start + (<usize>unit << 2), 4);
    for (let e = load<i32>(start + (<usize>unit << 2)); e < end; e++) {
      const sender = load<i32>(from + (<usize>e << 2)) * states + state;
      const place = load<i32>(marks + (<usize>sender << 2)) - 1;
      addScaled(d, load<f32>(weight + (<usize>e << 2)), result + place * bytes, width);
    }
    d += bytes;
  }
}

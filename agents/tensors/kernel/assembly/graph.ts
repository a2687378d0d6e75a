/** Weighted sums over the neighbours of a node, with edges sorted by the node that receives. */
import { addScaled } from "./elements";
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
  for (let row = first; row < last; row++) {
    const begin = load<i32>(start + (<usize>row << 2));
    const end = load<i32>(start + (<usize>row << 2), 4);
    const to = result + row * rowBytes;
    const also = extra == 0 ? 0 : extra + row * rowBytes;
    let column = 0;
    for (; column + 16 <= width; column += 16)
      sumWide(x + (<usize>column << 2), rowBytes, from, weight, begin, end, also, to, <usize>column << 2);
    for (; column < width; column += 4) {
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

// @ts-ignore: decorator
@inline
function sumWide(
  x: usize, rowBytes: usize, from: usize, weight: usize, begin: i32, end: i32,
  also: usize, to: usize, at: usize,
): void {
  let s0 = f32x4.splat(0), s1 = s0, s2 = s0, s3 = s0;
  if (also != 0) {
    s0 = v128.load(also + at);
    s1 = v128.load(also + at, 16);
    s2 = v128.load(also + at, 32);
    s3 = v128.load(also + at, 48);
  }
  for (let e = begin; e < end; e++) {
    const source = x + load<i32>(from + (<usize>e << 2)) * rowBytes;
    const share = v128.load_splat<f32>(weight + (<usize>e << 2));
    s0 = f32x4.add(s0, f32x4.mul(share, v128.load(source)));
    s1 = f32x4.add(s1, f32x4.mul(share, v128.load(source, 16)));
    s2 = f32x4.add(s2, f32x4.mul(share, v128.load(source, 32)));
    s3 = f32x4.add(s3, f32x4.mul(share, v128.load(source, 48)));
  }
  v128.store(to + at, s0);
  v128.store(to + at, s1, 16);
  v128.store(to + at, s2, 32);
  v128.store(to + at, s3, 48);
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

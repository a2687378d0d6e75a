/**
 * Additive attention. Queries and keys come as exp(2 x), because
 * tanh(q + k) = 1 - 2 / (exp(2 q) x exp(2 k) + 1). Where that could overflow they come as they are,
 * and `far` is set.
 */
import { exp4, sum4, sums4 } from "./math";
import { loadPart, storePart } from "./parts";

/** (1 - tanh(q + k)) / 2. */
// @ts-ignore: decorator
@inline
function half(query: v128, key: v128, far: bool): v128 {
  const one = f32x4.splat(1);
  const sum = f32x4.add(query, key);
  const power = far ? exp4(f32x4.add(sum, sum)) : f32x4.mul(query, key);
  return f32x4.div(one, f32x4.add(power, one));
}

/** scores[row, g] = sum of v x tanh(query[row] + key[g]). Rows lie `keyStride` keys apart, or 0. */
export function scores(
  queries: usize, keys: usize, keyStride: i32, v: usize,
  rows: i32, groups: i32, width: i32, far: bool, result: usize,
): void {
  let total = f32x4.splat(0);
  for (let a = 0; a < width; a += 4) total = f32x4.add(total, loadPart(v + (<usize>a << 2), width - a));
  const all = sum4(total);
  const bytes = <usize>width << 2;
  for (let row = 0; row < rows; row++) {
    const query = queries + row * bytes;
    let key = keys + (<usize>row * keyStride << 2);
    let g = 0;
    if ((width & 3) == 0 && !far)
      for (; g + 4 <= groups; g += 4) {
        const half = halvesOfFour(query, key, bytes, v);
        v128.store(result, f32x4.sub(f32x4.splat(all), f32x4.add(half, half)));
        key += 4 * bytes;
        result += 16;
      }
    for (; g < groups; g++) {
      let sum = f32x4.splat(0);
      for (let a = 0; a < width; a += 4) {
        const at = <usize>a << 2;
        const count = width - a;
        const part = half(loadPart(query + at, count), loadPart(key + at, count), far);
        sum = f32x4.add(sum, f32x4.mul(loadPart(v + at, count), part));
      }
      store<f32>(result, all - 2 * sum4(sum));
      key += bytes;
      result += 4;
    }
  }
}

/** Sums of v x half of four keys, from exponentials. */
function halvesOfFour(query: usize, key: usize, bytes: usize, v: usize): v128 {
  let s0 = f32x4.splat(0), s1 = s0, s2 = s0, s3 = s0;
  const last = query + bytes;
  for (; query < last; query += 16) {
    const q = v128.load(query);
    const weight = v128.load(v);
    s0 = f32x4.add(s0, f32x4.mul(weight, half(q, v128.load(key), false)));
    s1 = f32x4.add(s1, f32x4.mul(weight, half(q, v128.load(key + bytes), false)));
    s2 = f32x4.add(s2, f32x4.mul(weight, half(q, v128.load(key + 2 * bytes), false)));
    s3 = f32x4.add(s3, f32x4.mul(weight, half(q, v128.load(key + 3 * bytes), false)));
    v += 16;
    key += 16;
  }
  return sums4(s0, s1, s2, s3);
}

/** Adds the gradients of queries, keys and v, given that of the scores. */
export function scoresBack(
  queries: usize, keys: usize, keyStride: i32, v: usize, dScores: usize,
  rows: i32, groups: i32, width: i32, far: bool,
  dQueries: usize, dKeys: usize, dV: usize,
): void {
  const bytes = <usize>width << 2;
  const one = f32x4.splat(1);
  for (let row = 0; row < rows; row++) {
    const query = queries + row * bytes;
    const dQuery = dQueries + row * bytes;
    const offset = <usize>row * keyStride << 2;
    for (let a = 0; a < width; a += 4) {
      const at = <usize>a << 2;
      const count = width - a;
      const q = loadPart(query + at, count);
      const weight = f32x4.mul(f32x4.splat(4), loadPart(v + at, count));
      let ofQuery = loadPart(dQuery + at, count);
      let ofV = loadPart(dV + at, count);
      let key = keys + offset + at;
      let dKey = dKeys + offset + at;
      let score = dScores + (<usize>row * groups << 2);
      for (let g = 0; g < groups; g++) {
        const part = half(q, loadPart(key, count), far);
        const d = v128.load_splat<f32>(score);
        const rest = f32x4.sub(one, part);
        const slope = f32x4.mul(f32x4.mul(d, weight), f32x4.mul(part, rest));
        ofV = f32x4.add(ofV, f32x4.mul(d, f32x4.sub(rest, part)));
        ofQuery = f32x4.add(ofQuery, slope);
        storePart(dKey, count, f32x4.add(loadPart(dKey, count), slope));
        key += bytes;
        dKey += bytes;
        score += 4;
      }
      storePart(dQuery + at, count, ofQuery);
      storePart(dV + at, count, ofV);
    }
  }
}

/**
 * Products of rows of 16 with a matrix of 16 x 16, the size of narrow networks. All strides are
 * known, so a pair of rows needs two pointers: 50 GFLOP/s where tiles of any size reach 44.
 */
import { fma4 } from "../fma";
import { maskOf16 } from "../mask";

export const WIDTH: i32 = 16;

/**
 * Rows lie without gaps, and are even in number. The right matrix is packed in two panels. Asking
 * in every tile whether to cut at 0 or to add cost an eighth of the speed.
 */
export function tilesOfSquare(a: usize, b: usize, c: usize, rows: i32, bias: usize, relu: bool): void {
  tiles(a, b, c, rows, bias, relu ? f32x4.splat(0) : f32x4.splat(<f32>-Infinity), 0, 0, 0, false, false, false);
}

/** With relu; `mask` gets a byte for each result, as maskOf writes it. */
export function squareMasked(a: usize, b: usize, c: usize, rows: i32, bias: usize, mask: usize): void {
  tiles(a, b, c, rows, bias, f32x4.splat(0), mask, 0, 0, true, false, false);
}

/** With relu, then a mask unless that is 0, then plus the rows of `start`. */
export function squareStarted(
  a: usize, b: usize, c: usize, rows: i32, bias: usize, mask: usize, start: usize,
): void {
  const zero = f32x4.splat(0);
  if (mask == 0) tiles(a, b, c, rows, bias, zero, 0, start, 0, false, true, false);
  else tiles(a, b, c, rows, bias, zero, mask, start, 0, true, true, false);
}

/** A gradient: 0 where y, the output of a relu, is not above 0. */
export function squareGated(a: usize, b: usize, c: usize, rows: i32, y: usize): void {
  tiles(a, b, c, rows, 0, f32x4.splat(<f32>-Infinity), 0, 0, y, false, false, true);
}

/** c += transposed a x b, of `rows` rows each; all have 16 columns. Sums run from the first row. */
export function squareTransposed(a: usize, b: usize, c: usize, rows: i32): void {
  const length = <usize>rows << 6;
  for (const last = c + 1024; c != last; c += 128) {
    let s00 = v128.load(c), s01 = v128.load(c, 16), s02 = v128.load(c, 32), s03 = v128.load(c, 48);
    let s10 = v128.load(c, 64), s11 = v128.load(c, 80), s12 = v128.load(c, 96), s13 = v128.load(c, 112);
    let x: v128, y: v128, right: v128;
    let step = b;
    for (const end = a + length; a != end; a += 64) {
      x = v128.load_splat<f32>(a);
      y = v128.load_splat<f32>(a, 4);
      right = v128.load(step);
      s00 = fma4(x, right, s00);
      s10 = fma4(y, right, s10);
      right = v128.load(step, 16);
      s01 = fma4(x, right, s01);
      s11 = fma4(y, right, s11);
      right = v128.load(step, 32);
      s02 = fma4(x, right, s02);
      s12 = fma4(y, right, s12);
      right = v128.load(step, 48);
      s03 = fma4(x, right, s03);
      s13 = fma4(y, right, s13);
      step += 64;
    }
    a -= length - 8;
    v128.store(c, s00);
    v128.store(c, s01, 16);
    v128.store(c, s02, 32);
    v128.store(c, s03, 48);
    v128.store(c, s10, 64);
    v128.store(c, s11, 80);
    v128.store(c, s12, 96);
    v128.store(c, s13, 112);
  }
}

/** c = max(a x b + bias, least). The last three are constants, which the compiler folds. */
// @ts-ignore: decorator
@inline
function tiles(
  a: usize, b: usize, c: usize, rows: i32, bias: usize, least: v128, mask: usize, start: usize, gate: usize,
  masked: bool, added: bool, gated: bool,
): void {
  const zero = f32x4.splat(0);
  let t0 = zero, t1 = zero, t2 = zero, t3 = zero;
  if (bias != 0) {
    t0 = v128.load(bias);
    t1 = v128.load(bias, 16);
    t2 = v128.load(bias, 32);
    t3 = v128.load(bias, 48);
  }
  for (const last = a + (<usize>rows << 6); a != last; a += 64) {
    let s00 = t0, s01 = t1, s02 = t2, s03 = t3;
    let s10 = t0, s11 = t1, s12 = t2, s13 = t3;
    let x: v128, y: v128, right: v128;
    let step = b;
    for (const end = a + 64; a != end; a += 4) {
      x = v128.load_splat<f32>(a);
      y = v128.load_splat<f32>(a, 64);
      right = v128.load(step);
      s00 = fma4(x, right, s00);
      s10 = fma4(y, right, s10);
      right = v128.load(step, 16);
      s01 = fma4(x, right, s01);
      s11 = fma4(y, right, s11);
      right = v128.load(step, 512);
      s02 = fma4(x, right, s02);
      s12 = fma4(y, right, s12);
      right = v128.load(step, 528);
      s03 = fma4(x, right, s03);
      s13 = fma4(y, right, s13);
      step += 32;
    }
    s00 = f32x4.pmax(s00, least);
    s01 = f32x4.pmax(s01, least);
    s02 = f32x4.pmax(s02, least);
    s03 = f32x4.pmax(s03, least);
    s10 = f32x4.pmax(s10, least);
    s11 = f32x4.pmax(s11, least);
    s12 = f32x4.pmax(s12, least);
    s13 = f32x4.pmax(s13, least);
    if (masked) {
      v128.store(mask, maskOf16(s00, s01, s02, s03));
      v128.store(mask, maskOf16(s10, s11, s12, s13), 16);
      mask += 32;
    }
    if (gated) {
      s00 = v128.and(f32x4.gt(v128.load(gate), zero), s00);
      s01 = v128.and(f32x4.gt(v128.load(gate, 16), zero), s01);
      s02 = v128.and(f32x4.gt(v128.load(gate, 32), zero), s02);
      s03 = v128.and(f32x4.gt(v128.load(gate, 48), zero), s03);
      s10 = v128.and(f32x4.gt(v128.load(gate, 64), zero), s10);
      s11 = v128.and(f32x4.gt(v128.load(gate, 80), zero), s11);
      s12 = v128.and(f32x4.gt(v128.load(gate, 96), zero), s12);
      s13 = v128.and(f32x4.gt(v128.load(gate, 112), zero), s13);
      gate += 128;
    }
    if (added) {
      s00 = f32x4.add(v128.load(start), s00);
      s01 = f32x4.add(v128.load(start, 16), s01);
      s02 = f32x4.add(v128.load(start, 32), s02);
      s03 = f32x4.add(v128.load(start, 48), s03);
      s10 = f32x4.add(v128.load(start, 64), s10);
      s11 = f32x4.add(v128.load(start, 80), s11);
      s12 = f32x4.add(v128.load(start, 96), s12);
      s13 = f32x4.add(v128.load(start, 112), s13);
      start += 128;
    }
    v128.store(c, s00);
    v128.store(c, s01, 16);
    v128.store(c, s02, 32);
    v128.store(c, s03, 48);
    v128.store(c, s10, 64);
    v128.store(c, s11, 80);
    v128.store(c, s12, 96);
    v128.store(c, s13, 112);
    c += 128;
  }
}

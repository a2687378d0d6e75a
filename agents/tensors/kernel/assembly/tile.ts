/**
 * Tiles of a product that stay in registers: 4 rows, or 1, by 8 columns. Strides are bytes. A tile
 * starts at the bias (0 for none), plus what the result holds where `add` is set.
 *
 * Inner loops written out four times ran at two thirds of the speed. The compiler of Node 20 then
 * keeps more loads alive than it has registers.
 */
import { fma4 } from "./fma";
import { loadPart, storePart } from "./parts";

/**
 * Which numbers of the left matrix are neighbours. The compiler makes a function of `tiles` for
 * each; `isFloat` tells them apart while it compiles.
 */
export type StepsOfRow = f32;
export type RowsOfStep = i32;

/** Where steps of a row are neighbours, rows lie `leftBytes` apart; else steps do. */
export function tiles<Left>(
  a: usize, leftBytes: usize,
  b: usize, stepBytes: usize,
  c: usize, resultBytes: usize,
  rows: i32, steps: i32, width: i32, bias: usize, add: bool, relu: bool,
): void {
  for (let row = 0; row < rows; row += 4) {
    const c1 = c + resultBytes;
    const c2 = c1 + resultBytes;
    const c3 = c2 + resultBytes;
    let s00 = f32x4.splat(0), s01 = s00;
    if (bias != 0) {
      s00 = loadPart(bias, width);
      s01 = loadPart(bias + 16, width - 4);
    }
    let s10 = s00, s11 = s01, s20 = s00, s21 = s01, s30 = s00, s31 = s01;
    if (add) {
      s00 = f32x4.add(s00, loadPart(c, width));
      s01 = f32x4.add(s01, loadPart(c + 16, width - 4));
      s10 = f32x4.add(s10, loadPart(c1, width));
      s11 = f32x4.add(s11, loadPart(c1 + 16, width - 4));
      s20 = f32x4.add(s20, loadPart(c2, width));
      s21 = f32x4.add(s21, loadPart(c2 + 16, width - 4));
      s30 = f32x4.add(s30, loadPart(c3, width));
      s31 = f32x4.add(s31, loadPart(c3 + 16, width - 4));
    }
    let b0: v128, b1: v128, x: v128;
    let a0 = a;
    let a1 = a0 + leftBytes;
    let a2 = a1 + leftBytes;
    let a3 = a2 + leftBytes;
    let right = b;
    for (let k = 0; k < steps; k++) {
      b0 = v128.load(right);
      b1 = v128.load(right, 16);
      x = v128.load_splat<f32>(a0);
      s00 = fma4(x, b0, s00);
      s01 = fma4(x, b1, s01);
      x = isFloat<Left>() ? v128.load_splat<f32>(a1) : v128.load_splat<f32>(a0, 4);
      s10 = fma4(x, b0, s10);
      s11 = fma4(x, b1, s11);
      x = isFloat<Left>() ? v128.load_splat<f32>(a2) : v128.load_splat<f32>(a0, 8);
      s20 = fma4(x, b0, s20);
      s21 = fma4(x, b1, s21);
      x = isFloat<Left>() ? v128.load_splat<f32>(a3) : v128.load_splat<f32>(a0, 12);
      s30 = fma4(x, b0, s30);
      s31 = fma4(x, b1, s31);
      right += stepBytes;
      if (isFloat<Left>()) {
        a0 += 4;
        a1 += 4;
        a2 += 4;
        a3 += 4;
      } else a0 += leftBytes;
    }
    if (relu) {
      const zero = f32x4.splat(0);
      s00 = f32x4.pmax(s00, zero);
      s01 = f32x4.pmax(s01, zero);
      s10 = f32x4.pmax(s10, zero);
      s11 = f32x4.pmax(s11, zero);
      s20 = f32x4.pmax(s20, zero);
      s21 = f32x4.pmax(s21, zero);
      s30 = f32x4.pmax(s30, zero);
      s31 = f32x4.pmax(s31, zero);
    }
    storePart(c, width, s00);
    storePart(c + 16, width - 4, s01);
    storePart(c1, width, s10);
    storePart(c1 + 16, width - 4, s11);
    storePart(c2, width, s20);
    storePart(c2 + 16, width - 4, s21);
    storePart(c3, width, s30);
    storePart(c3 + 16, width - 4, s31);
    a += isFloat<Left>() ? leftBytes << 2 : 16;
    c += resultBytes << 2;
  }
}

/** One row. */
export function tileOfOne(
  a: usize, depthBytes: usize,
  b: usize, stepBytes: usize,
  c: usize,
  steps: i32, width: i32, bias: usize, add: bool, relu: bool,
): void {
  let s0 = f32x4.splat(0), s1 = s0;
  if (bias != 0) {
    s0 = loadPart(bias, width);
    s1 = loadPart(bias + 16, width - 4);
  }
  if (add) {
    s0 = f32x4.add(s0, loadPart(c, width));
    s1 = f32x4.add(s1, loadPart(c + 16, width - 4));
  }
  for (let k = 0; k < steps; k++) {
    const x = v128.load_splat<f32>(a);
    s0 = fma4(x, v128.load(b), s0);
    s1 = fma4(x, v128.load(b, 16), s1);
    a += depthBytes;
    b += stepBytes;
  }
  if (relu) {
    const zero = f32x4.splat(0);
    s0 = f32x4.pmax(s0, zero);
    s1 = f32x4.pmax(s1, zero);
  }
  storePart(c, width, s0);
  storePart(c + 16, width - 4, s1);
}

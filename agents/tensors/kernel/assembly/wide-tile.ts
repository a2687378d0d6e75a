/**
 * Tiles for the last rows of a product, fewer than 4. They are wider than tile.ts's, because two
 * sums alone would wait for each other. Panels lie `panelBytes` apart and are whole.
 */
import { fma4 } from "./fma";

/** 2 rows by 2 panels. */
export function tileOfPair(
  a0: usize, rowBytes: usize, depthBytes: usize,
  b0: usize, panelBytes: usize, stepBytes: usize,
  c: usize, resultBytes: usize,
  steps: i32, bias: usize, add: bool, relu: bool,
): void {
  const zero = f32x4.splat(0);
  let s000 = bias != 0 ? v128.load(bias) : zero;
  let s001 = bias != 0 ? v128.load(bias, 16) : zero;
  let s010 = bias != 0 ? v128.load(bias, 32) : zero;
  let s011 = bias != 0 ? v128.load(bias, 48) : zero;
  let s100 = s000, s101 = s001;
  let s110 = s010, s111 = s011;
  const c1 = c + resultBytes;
  if (add) {
    s000 = f32x4.add(s000, v128.load(c));
    s001 = f32x4.add(s001, v128.load(c, 16));
    s010 = f32x4.add(s010, v128.load(c, 32));
    s011 = f32x4.add(s011, v128.load(c, 48));
    s100 = f32x4.add(s100, v128.load(c1));
    s101 = f32x4.add(s101, v128.load(c1, 16));
    s110 = f32x4.add(s110, v128.load(c1, 32));
    s111 = f32x4.add(s111, v128.load(c1, 48));
  }
  let a1 = a0 + rowBytes, b1 = b0 + panelBytes;
  for (let k = 0; k < steps; k++) {
    const x0 = v128.load_splat<f32>(a0);
    const x1 = v128.load_splat<f32>(a1);
    let y: v128;
    y = v128.load(b0);
    s000 = fma4(x0, y, s000);
    s100 = fma4(x1, y, s100);
    y = v128.load(b0, 16);
    s001 = fma4(x0, y, s001);
    s101 = fma4(x1, y, s101);
    y = v128.load(b1);
    s010 = fma4(x0, y, s010);
    s110 = fma4(x1, y, s110);
    y = v128.load(b1, 16);
    s011 = fma4(x0, y, s011);
    s111 = fma4(x1, y, s111);
    a0 += depthBytes;
    a1 += depthBytes;
    b0 += stepBytes;
    b1 += stepBytes;
  }
  if (relu) {
    s000 = f32x4.pmax(s000, zero);
    s001 = f32x4.pmax(s001, zero);
    s010 = f32x4.pmax(s010, zero);
    s011 = f32x4.pmax(s011, zero);
    s100 = f32x4.pmax(s100, zero);
    s101 = f32x4.pmax(s101, zero);
    s110 = f32x4.pmax(s110, zero);
    s111 = f32x4.pmax(s111, zero);
  }
  v128.store(c, s000);
  v128.store(c, s001, 16);
  v128.store(c, s010, 32);
  v128.store(c, s011, 48);
  v128.store(c1, s100);
  v128.store(c1, s101, 16);
  v128.store(c1, s110, 32);
  v128.store(c1, s111, 48);
}

/** 1 row by 4 panels. */
export function tileOfFour(
  a0: usize, depthBytes: usize,
  b0: usize, panelBytes: usize, stepBytes: usize,
  c: usize,
  steps: i32, bias: usize, add: bool, relu: bool,
): void {
  const zero = f32x4.splat(0);
  let s000 = bias != 0 ? v128.load(bias) : zero;
  let s001 = bias != 0 ? v128.load(bias, 16) : zero;
  let s010 = bias != 0 ? v128.load(bias, 32) : zero;
  let s011 = bias != 0 ? v128.load(bias, 48) : zero;
  let s020 = bias != 0 ? v128.load(bias, 64) : zero;
  let s021 = bias != 0 ? v128.load(bias, 80) : zero;
  let s030 = bias != 0 ? v128.load(bias, 96) : zero;
  let s031 = bias != 0 ? v128.load(bias, 112) : zero;
  if (add) {
    s000 = f32x4.add(s000, v128.load(c));
    s001 = f32x4.add(s001, v128.load(c, 16));
    s010 = f32x4.add(s010, v128.load(c, 32));
    s011 = f32x4.add(s011, v128.load(c, 48));
    s020 = f32x4.add(s020, v128.load(c, 64));
    s021 = f32x4.add(s021, v128.load(c, 80));
    s030 = f32x4.add(s030, v128.load(c, 96));
    s031 = f32x4.add(s031, v128.load(c, 112));
  }
  let b1 = b0 + panelBytes, b2 = b1 + panelBytes, b3 = b2 + panelBytes;
  for (let k = 0; k < steps; k++) {
    const x0 = v128.load_splat<f32>(a0);
    s000 = fma4(x0, v128.load(b0), s000);
    s001 = fma4(x0, v128.load(b0, 16), s001);
    s010 = fma4(x0, v128.load(b1), s010);
    s011 = fma4(x0, v128.load(b1, 16), s011);
    s020 = fma4(x0, v128.load(b2), s020);
    s021 = fma4(x0, v128.load(b2, 16), s021);
    s030 = fma4(x0, v128.load(b3), s030);
    s031 = fma4(x0, v128.load(b3, 16), s031);
    a0 += depthBytes;
    b0 += stepBytes;
    b1 += stepBytes;
    b2 += stepBytes;
    b3 += stepBytes;
  }
  if (relu) {
    s000 = f32x4.pmax(s000, zero);
    s001 = f32x4.pmax(s001, zero);
    s010 = f32x4.pmax(s010, zero);
    s011 = f32x4.pmax(s011, zero);
    s020 = f32x4.pmax(s020, zero);
    s021 = f32x4.pmax(s021, zero);
    s030 = f32x4.pmax(s030, zero);
    s031 = f32x4.pmax(s031, zero);
  }
  v128.store(c, s000);
  v128.store(c, s001, 16);
  v128.store(c, s010, 32);
  v128.store(c, s011, 48);
  v128.store(c, s020, 64);
  v128.store(c, s021, 80);
  v128.store(c, s030, 96);
  v128.store(c, s031, 112);
}

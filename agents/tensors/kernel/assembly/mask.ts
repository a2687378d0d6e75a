/**
 * Which outputs of a relu are above 0, a byte for each: 255 or 0. The gradient needs no more of an
 * output that no product reads again, and a byte is a quarter of the traffic with memory.
 */

/** mask = whether y is above 0, of `count` elements. */
export function maskOf(y: usize, count: i32, mask: usize): void {
  let left = count;
  for (; left >= 16; left -= 16) {
    v128.store(mask, maskOf16(v128.load(y), v128.load(y, 16), v128.load(y, 32), v128.load(y, 48)));
    y += 64;
    mask += 16;
  }
  for (; left > 0; left--) {
    store<u8>(mask, load<f32>(y) > 0 ? 255 : 0);
    y += 4;
    mask++;
  }
}

/** The bytes of 16 outputs. */
// @ts-ignore: decorator
@inline
export function maskOf16(a: v128, b: v128, c: v128, d: v128): v128 {
  const zero = f32x4.splat(0);
  const low = i16x8.narrow_i32x4_s(f32x4.gt(a, zero), f32x4.gt(b, zero));
  return i8x16.narrow_i16x8_s(low, i16x8.narrow_i32x4_s(f32x4.gt(c, zero), f32x4.gt(d, zero)));
}

/**
 * The gradient before a relu: result[i] = d[i] where mask[row] is set, else 0. A row of the mask is
 * index[i], or i where `index` is 0.
 */
export function maskBack(d: usize, mask: usize, index: usize, rows: i32, width: i32, result: usize): void {
  const bytes = <usize>width << 2;
  for (let i = 0; i < rows; i++) {
    const row = <usize>(index == 0 ? i : load<i32>(index + (<usize>i << 2)));
    maskRow(d + i * bytes, mask + row * width, width, result);
    result += bytes;
  }
}

// @ts-ignore: decorator
@inline
function maskRow(d: usize, mask: usize, width: i32, result: usize): void {
  let left = width;
  for (; left >= 16; left -= 16) {
    const open = v128.load(mask);
    const low = i16x8.extend_low_i8x16_s(open);
    const high = i16x8.extend_high_i8x16_s(open);
    v128.store(result, v128.and(v128.load(d), i32x4.extend_low_i16x8_s(low)));
    v128.store(result, v128.and(v128.load(d, 16), i32x4.extend_high_i16x8_s(low)), 16);
    v128.store(result, v128.and(v128.load(d, 32), i32x4.extend_low_i16x8_s(high)), 32);
    v128.store(result, v128.and(v128.load(d, 48), i32x4.extend_high_i16x8_s(high)), 48);
    d += 64;
    mask += 16;
    result += 64;
  }
  for (; left > 0; left--) {
    store<f32>(result, load<u8>(mask) != 0 ? load<f32>(d) : 0);
    d += 4;
    mask++;
    result += 4;
  }
}

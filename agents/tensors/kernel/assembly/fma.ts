/**
 * x y + z rounded once. The kernel is built twice: with the processor's fused multiply-add, and in
 * plain SIMD for engines and processors without it. Both give the same bits.
 */

// @ts-ignore: decorator
@inline
export function fma4(x: v128, y: v128, z: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(x, y, z);
  return slowFma4(x, y, z);
}

/**
 * A product of two floats is exact in double precision. The sum is rounded to odd there, so
 * rounding it again to single precision is right (Boldo and Melquiond, 2008).
 */
function slowFma4(x: v128, y: v128, z: v128): v128 {
  const low = oddSum(product(x, y), f64x2.promote_low_f32x4(z));
  const high = oddSum(product(upper(x), upper(y)), f64x2.promote_low_f32x4(upper(z)));
  return v128.shuffle<i64>(f32x4.demote_f64x2_zero(low), f32x4.demote_f64x2_zero(high), 0, 2);
}

// @ts-ignore: decorator
@inline
function upper(x: v128): v128 {
  return v128.shuffle<i64>(x, x, 1, 1);
}

// @ts-ignore: decorator
@inline
function product(x: v128, y: v128): v128 {
  return f64x2.mul(f64x2.promote_low_f32x4(x), f64x2.promote_low_f32x4(y));
}

/** x + y; where that is not exact, the neighbour whose last bit is 1. */
function oddSum(x: v128, y: v128): v128 {
  const zero = f64x2.splat(0);
  const sum = f64x2.add(x, y);
  const ofY = f64x2.sub(sum, x);
  const rest = f64x2.add(f64x2.sub(x, f64x2.sub(sum, ofY)), f64x2.sub(y, ofY));
  // Infinite sums have a rest that is not a number, and stay.
  const inexact = v128.or(f64x2.lt(rest, zero), f64x2.gt(rest, zero));
  const even = i64x2.eq(v128.and(sum, i64x2.splat(1)), i64x2.splat(0));
  // 1 away from zero where the rest points there, else -1.
  const step = v128.or(i64x2.shr_s(v128.xor(rest, sum), 63), i64x2.splat(1));
  return i64x2.add(sum, v128.and(v128.and(inexact, even), step));
}

/** result = x y + z. */
export function fmaAll(x: usize, y: usize, z: usize, result: usize, count: i32): void {
  for (let i = 0; i < count; i += 4) {
    v128.store(result, fma4(v128.load(x), v128.load(y), v128.load(z)));
    x += 16;
    y += 16;
    z += 16;
    result += 16;
  }
}

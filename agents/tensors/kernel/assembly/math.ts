/**
 * Exponential, tanh and sigmoid of four floats. They use sums, products and fma4 alone, so the
 * bytes are the same everywhere. Relative error of the exponential: below 2e-7.
 */
import { fma4 } from "./fma";

const LOG2_E: f32 = 1.44269504;
/** ln 2 in two parts; the first has few bits, so its products with small integers are exact. */
const LN_2_HIGH: f32 = 0.693359375;
const LN_2_LOW: f32 = -0.00021219444;
/** Above it the result would be infinite, below its negative not a normal number, hence 0. */
const LARGEST: f32 = 87;
const ROUND: f32 = 12582912;

// @ts-ignore: decorator
@inline
export function exp4(x: v128): v128 {
  const inside = f32x4.pmax(f32x4.pmin(x, f32x4.splat(LARGEST)), f32x4.splat(-LARGEST));
  // Adding 1.5 x 2^23 rounds to an integer and leaves it in the lowest bits.
  const shifted = fma4(inside, f32x4.splat(LOG2_E), f32x4.splat(ROUND));
  const power = f32x4.sub(shifted, f32x4.splat(ROUND));
  const high = fma4(power, f32x4.splat(-LN_2_HIGH), inside);
  const rest = fma4(power, f32x4.splat(-LN_2_LOW), high);
  // The Taylor series to the seventh power; |rest| is at most 0.35.
  let sum = f32x4.splat(1.0 / 5040);
  sum = fma4(sum, rest, f32x4.splat(1.0 / 720));
  sum = fma4(sum, rest, f32x4.splat(1.0 / 120));
  sum = fma4(sum, rest, f32x4.splat(1.0 / 24));
  sum = fma4(sum, rest, f32x4.splat(1.0 / 6));
  sum = fma4(sum, rest, f32x4.splat(0.5));
  sum = fma4(sum, rest, f32x4.splat(1));
  sum = fma4(sum, rest, f32x4.splat(1));
  const exponent = i32x4.shl(i32x4.add(shifted, i32x4.splat(127)), 23);
  return v128.and(f32x4.mul(sum, exponent), f32x4.ge(x, f32x4.splat(-LARGEST)));
}

// @ts-ignore: decorator
@inline
export function sigmoid4(x: v128): v128 {
  const one = f32x4.splat(1);
  return f32x4.div(one, f32x4.add(one, exp4(f32x4.neg(x))));
}

// @ts-ignore: decorator
@inline
export function tanh4(x: v128): v128 {
  const one = f32x4.splat(1);
  const twice = exp4(f32x4.add(x, x));
  return f32x4.sub(one, f32x4.div(f32x4.splat(2), f32x4.add(twice, one)));
}

/** The sums of four vectors, each added as `sum4` does. */
export function sums4(a: v128, b: v128, c: v128, d: v128): v128 {
  const lowAb = i8x16.shuffle(a, b, 0, 1, 2, 3, 16, 17, 18, 19, 4, 5, 6, 7, 20, 21, 22, 23);
  const lowCd = i8x16.shuffle(c, d, 0, 1, 2, 3, 16, 17, 18, 19, 4, 5, 6, 7, 20, 21, 22, 23);
  const highAb = i8x16.shuffle(a, b, 8, 9, 10, 11, 24, 25, 26, 27, 12, 13, 14, 15, 28, 29, 30, 31);
  const highCd = i8x16.shuffle(c, d, 8, 9, 10, 11, 24, 25, 26, 27, 12, 13, 14, 15, 28, 29, 30, 31);
  const first = v128.shuffle<i64>(lowAb, lowCd, 0, 2);
  const second = v128.shuffle<i64>(lowAb, lowCd, 1, 3);
  const third = v128.shuffle<i64>(highAb, highCd, 0, 2);
  const fourth = v128.shuffle<i64>(highAb, highCd, 1, 3);
  return f32x4.add(f32x4.add(first, second), f32x4.add(third, fourth));
}

export function sum4(x: v128): f32 {
  return (f32x4.extract_lane(x, 0) + f32x4.extract_lane(x, 1)) +
    (f32x4.extract_lane(x, 2) + f32x4.extract_lane(x, 3));
}

export function exp(x: f32): f32 {
  return f32x4.extract_lane(exp4(f32x4.splat(x)), 0);
}

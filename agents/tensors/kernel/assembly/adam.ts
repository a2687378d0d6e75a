/** One step of Adam (Kingma and Ba, ICLR 2015). */
import { loadPart, storePart } from "./parts";

/** Sum of squares, in double precision. */
export function squares(x: usize, count: i32): f64 {
  let even = f64x2.splat(0), odd = f64x2.splat(0);
  for (let left = count; left > 0; left -= 4) {
    const values = loadPart(x, left);
    const low = f64x2.promote_low_f32x4(values);
    const high = f64x2.promote_low_f32x4(i8x16.shuffle(values, values, 8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15));
    even = f64x2.add(even, f64x2.mul(low, low));
    odd = f64x2.add(odd, f64x2.mul(high, high));
    x += 16;
  }
  const sum = f64x2.add(even, odd);
  return f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1);
}

/** Writes the new value and both new moments. The gradient counts `scale` times. */
export function adam(
  gradient: usize, scale: f32, value: usize, first: usize, second: usize,
  newValue: usize, newFirst: usize, newSecond: usize,
  rate: f32, beta1: f32, beta2: f32, epsilon: f32, count: i32,
): void {
  const keep1 = f32x4.splat(beta1), keep2 = f32x4.splat(beta2);
  const take1 = f32x4.splat(1 - beta1), take2 = f32x4.splat(1 - beta2);
  for (let at: usize = 0, left = count; left > 0; left -= 4, at += 16) {
    const g = f32x4.mul(f32x4.splat(scale), loadPart(gradient + at, left));
    const m = f32x4.add(f32x4.mul(keep1, loadPart(first + at, left)), f32x4.mul(take1, g));
    const v = f32x4.add(
      f32x4.mul(keep2, loadPart(second + at, left)),
      f32x4.mul(take2, f32x4.mul(g, g)),
    );
    const change = f32x4.div(
      f32x4.mul(f32x4.splat(rate), m),
      f32x4.add(f32x4.sqrt(v), f32x4.splat(epsilon)),
    );
    storePart(newFirst + at, left, m);
    storePart(newSecond + at, left, v);
    storePart(newValue + at, left, f32x4.sub(loadPart(value + at, left), change));
  }
}

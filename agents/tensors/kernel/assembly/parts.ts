/** Loads and stores of the first `count` of four floats; a count of 4 or more is all of them. */

// @ts-ignore: decorator
@inline
export function loadPart(from: usize, count: i32): v128 {
  return count >= 4 ? v128.load(from) : loadFew(from, count);
}

// @ts-ignore: decorator
@inline
export function storePart(to: usize, count: i32, values: v128): void {
  if (count >= 4) v128.store(to, values);
  else storeFew(to, count, values);
}

function loadFew(from: usize, count: i32): v128 {
  let values = f32x4.splat(0);
  if (count > 0) values = f32x4.replace_lane(values, 0, load<f32>(from));
  if (count > 1) values = f32x4.replace_lane(values, 1, load<f32>(from, 4));
  if (count > 2) values = f32x4.replace_lane(values, 2, load<f32>(from, 8));
  return values;
}

function storeFew(to: usize, count: i32, values: v128): void {
  if (count > 0) store<f32>(to, f32x4.extract_lane(values, 0));
  if (count > 1) store<f32>(to, f32x4.extract_lane(values, 1), 4);
  if (count > 2) store<f32>(to, f32x4.extract_lane(values, 2), 8);
}

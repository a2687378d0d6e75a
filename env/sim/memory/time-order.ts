/**
 * The order of times: indices from the earliest to the latest. Equal times keep their order. Times
 * are at least 0, so they compare as their bits do. The sort is a radix sort of eleven bits at a
 * time, least significant first.
 */
const DIGIT_BITS = 11;
const DIGITS = 1 << DIGIT_BITS;

/** Which half of a double is first in a typed array. */
const LOW_HALF = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1 ? 0 : 1;

export function timeOrder(timesUs: Float64Array): Int32Array {
  const count = timesUs.length;
  const halves = new Uint32Array(timesUs.buffer, timesUs.byteOffset, 2 * count);
  let order = new Int32Array(count);
  for (let i = 0; i < count; i++) order[i] = i;
  let other = new Int32Array(count);
  const start = new Int32Array(DIGITS);
  for (const half of [LOW_HALF, 1 - LOW_HALF])
    for (let shift = 0; shift < 32; shift += DIGIT_BITS) {
      start.fill(0);
      for (let i = 0; i < count; i++) start[(halves[2 * i + half] >>> shift) & (DIGITS - 1)]++;
      if (start[(halves[half] >>> shift) & (DIGITS - 1)] === count) continue;
      for (let digit = 0, sum = 0; digit < DIGITS; digit++) {
        const size = start[digit];
        start[digit] = sum;
        sum += size;
      }
      for (let k = 0; k < count; k++) {
        const i = order[k];
        other[start[(halves[2 * i + half] >>> shift) & (DIGITS - 1)]++] = i;
      }
      [order, other] = [other, order];
    }
  return order;
}

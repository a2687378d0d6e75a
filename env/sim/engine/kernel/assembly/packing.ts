/**
 * What ops wait for, packed for recorded states: one byte for each op, or four where an op waits
 * for more than 255 things. Small states keep more of them in cache.
 *
 * Packed arrays are padded to 16 ops, and so is `pending`, whose padding is zero.
 */
import { int, opCount, packedWidth, pending } from "./state";

// @ts-ignore: decorator
@inline
function four(at: usize, i: usize): v128 {
  return v128.load(at + (i << 2));
}

/** The bytes of 16 ops from the i-th on. */
// @ts-ignore: decorator
@inline
function bytesOf(i: usize): v128 {
  return i8x16.narrow_i16x8_u(
    i16x8.narrow_i32x4_u(four(pending, i), four(pending, i + 4)),
    i16x8.narrow_i32x4_u(four(pending, i + 8), four(pending, i + 12)),
  );
}

export function pack(packed: usize): void {
  if (packedWidth == 4) {
    memory.copy(packed, pending, (<usize>opCount) << 2);
    return;
  }
  for (let i: usize = 0; i < <usize>opCount; i += 16) v128.store(packed + i, bytesOf(i));
}

export function unpack(packed: usize): void {
  if (packedWidth == 4) {
    memory.copy(pending, packed, (<usize>opCount) << 2);
    return;
  }
  for (let i: usize = 0; i < <usize>opCount; i += 16) {
    const bytes = v128.load(packed + i);
    const low = i16x8.extend_low_i8x16_u(bytes);
    const high = i16x8.extend_high_i8x16_u(bytes);
    const to = pending + (i << 2);
    v128.store(to, i32x4.extend_low_i16x8_u(low), 0);
    v128.store(to, i32x4.extend_high_i16x8_u(low), 16);
    v128.store(to, i32x4.extend_low_i16x8_u(high), 32);
    v128.store(to, i32x4.extend_high_i16x8_u(high), 48);
  }
}

/** Does `pending` equal what was packed? */
export function isPacked(packed: usize): bool {
  if (packedWidth == 4) return memory.compare(packed, pending, (<usize>opCount) << 2) == 0;
  for (let i: usize = 0; i < <usize>opCount; i += 16)
    if (!i8x16.all_true(i8x16.eq(v128.load(packed + i), bytesOf(i)))) return false;
  return true;
}

export function packedInt(packed: usize, v: i32): i32 {
  return packedWidth == 4 ? int(packed, v) : <i32>load<u8>(packed + <usize>v);
}

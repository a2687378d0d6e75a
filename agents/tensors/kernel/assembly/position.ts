/** What a positional policy sees of each device in each state, before its head. */
import { loadPart, storePart } from "./parts";

/**
 * Writes the current group's vectors of both directions to row [state, device] of `result`. Adds
 * behind them, for each relation, the vectors of the groups on that device, by their share. Vectors
 * lie node-major, [groups x states]. `kinds` are the relations of the groups to the current one,
 * counted from 1.
 */
export function poolPositions(
  ahead: usize, back: usize, half: i32, vectors: usize, width: i32,
  states: i32, groups: i32, devices: i32, relations: i32,
  current: usize, placement: usize, kinds: usize, shares: usize,
  result: usize, stride: i32,
): void {
  const halfBytes = <usize>half << 2;
  const bytes = <usize>width << 2;
  const rowBytes = <usize>stride << 2;
  for (let s = 0; s < states; s++) {
    const own = load<i32>(current + (<usize>s << 2));
    const unit = <usize>(own * states + s) * halfBytes;
    for (let d = 0; d < devices; d++) {
      const row = result + <usize>d * rowBytes;
      memory.copy(row, ahead + unit, halfBytes);
      memory.copy(row + halfBytes, back + unit, halfBytes);
    }
    for (let g = 0; g < groups; g++) {
      if (g == own) continue;
      const kind = <i32>load<u8>(kinds + g) - 1;
      const share = v128.load_splat<f32>(shares + (<usize>kind << 2));
      let to = result + <usize>load<i32>(placement + (<usize>g << 2)) * rowBytes + 2 * halfBytes + <usize>kind * bytes;
      let from = vectors + <usize>(g * states + s) * bytes;
      for (let left = width; left > 0; left -= 4) {
        storePart(to, left, f32x4.add(loadPart(to, left), f32x4.mul(share, loadPart(from, left))));
        to += 16;
        from += 16;
      }
    }
    result += <usize>devices * rowBytes;
    placement += <usize>groups << 2;
    kinds += groups;
    shares += <usize>relations << 2;
  }
}

/** x = (x - mean) x scale, by column. */
export function normRows(x: usize, rows: i32, columns: i32, mean: usize, scale: usize): void {
  for (let row = 0; row < rows; row++) {
    for (let k = 0; k < columns; k += 4) {
      const at = <usize>k << 2;
      const count = columns - k;
      const value = f32x4.sub(loadPart(x + at, count), loadPart(mean + at, count));
      storePart(x + at, count, f32x4.mul(value, loadPart(scale + at, count)));
    }
    x += <usize>columns << 2;
  }
}

/**
 * One step of an LSTM for a batch, after and before the products. Gates lie in the order input,
 * forget, candidate, output. A row of the output holds the state, then the cell; rows may lie
 * farther apart.
 */
import { tanhAll } from "./elements";
import { sigmoid4, tanh4 } from "./math";
import { loadPart, storePart } from "./parts";

/** Activates `gates` [batch x 4 width] in place and writes the output. */
export function cell(
  gates: usize, before: usize, beforeStride: i32, output: usize, outputStride: i32, batch: i32, width: i32,
): void {
  const part = <usize>width << 2;
  for (let row = 0; row < batch; row++) {
    // One function a loop: with all five in one, their constants do not fit the registers.
    sigmoids(gates, 2 * width);
    tanhAll(gates + 2 * part, gates + 2 * part, width);
    sigmoids(gates + 3 * part, width);
    for (let k = 0; k < width; k += 4) {
      const count = width - k;
      const at = <usize>k << 2;
      const gate = gates + at;
      const kept = f32x4.mul(loadPart(gate + part, count), loadPart(before + at, count));
      const added = f32x4.mul(loadPart(gate, count), loadPart(gate + 2 * part, count));
      const c = f32x4.add(kept, added);
      storePart(output + part + at, count, c);
      storePart(output + at, count, f32x4.mul(loadPart(gate + 3 * part, count), tanh4(c)));
    }
    gates += 4 * part;
    before += <usize>beforeStride << 2;
    output += <usize>outputStride << 2;
  }
}

function sigmoids(x: usize, count: i32): void {
  for (let left = count; left > 0; left -= 4) {
    storePart(x, left, sigmoid4(loadPart(x, left)));
    x += 16;
  }
}

/**
 * The gradient of the gates before activation, into `dGates`. `dOutput` is the gradient of state
 * and cell from outside, `dState` and `dCell` [batch x width] that from the next step. `dCell`
 * becomes the gradient of the cell before.
 */
export function cellBack(
  gates: usize, before: usize, beforeStride: i32, output: usize, outputStride: i32, dOutput: usize,
  dState: usize, dCell: usize, dGates: usize, batch: i32, width: i32,
): void {
  const part = <usize>width << 2;
  const one = f32x4.splat(1);
  for (let row = 0; row < batch; row++) {
    for (let k = 0; k < width; k += 4) {
      const count = width - k;
      const at = <usize>k << 2;
      const gate = gates + at;
      const input = loadPart(gate, count);
      const forget = loadPart(gate + part, count);
      const candidate = loadPart(gate + 2 * part, count);
      const open = loadPart(gate + 3 * part, count);
      const squashed = tanh4(loadPart(output + part + at, count));
      const dh = f32x4.add(loadPart(dOutput + at, count), loadPart(dState + at, count));
      const through = f32x4.mul(f32x4.mul(dh, open), f32x4.sub(one, f32x4.mul(squashed, squashed)));
      const dc = f32x4.add(
        f32x4.add(loadPart(dOutput + part + at, count), loadPart(dCell + at, count)),
        through,
      );
      const dInput = f32x4.mul(f32x4.mul(dc, candidate), slope(input));
      const dForget = f32x4.mul(f32x4.mul(dc, loadPart(before + at, count)), slope(forget));
      const dCandidate = f32x4.mul(
        f32x4.mul(dc, input),
        f32x4.sub(one, f32x4.mul(candidate, candidate)),
      );
      storePart(dGates + at, count, dInput);
      storePart(dGates + part + at, count, dForget);
      storePart(dGates + 2 * part + at, count, dCandidate);
      storePart(dGates + 3 * part + at, count, f32x4.mul(f32x4.mul(dh, squashed), slope(open)));
      storePart(dCell + at, count, f32x4.mul(dc, forget));
    }
    gates += 4 * part;
    before += <usize>beforeStride << 2;
    output += <usize>outputStride << 2;
    dOutput += <usize>outputStride << 2;
    dState += part;
    dCell += part;
    dGates += 4 * part;
  }
}

/** Of a sigmoid whose output is y. */
// @ts-ignore: decorator
@inline
function slope(y: v128): v128 {
  return f32x4.mul(y, f32x4.sub(f32x4.splat(1), y));
}

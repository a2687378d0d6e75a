/**
 * Rounds of message passing whose layers are all 16 wide. A strip of rows goes through all layers
 * while it is in the first-level cache; calls for each strip from JavaScript would cost more.
 *
 * A forward layer is three addresses: packed weights, bias, outputs. A backward layer is four: the
 * packed transposed weights, gradients of weights and of bias, outputs. Rows are even in number.
 */
import { addRows } from "./elements";
import { scatterRows } from "./gather";
import { neighbourSums } from "./graph";
import { maskBack } from "./mask";
import { squareGated, squareMasked, squareStarted, squareTransposed, tilesOfSquare, WIDTH } from "./products/square-tile";

/** Rows of a strip, 64 bytes each. */
const STRIP: i32 = 64;
const FORWARD: usize = 12;
const BACKWARD: usize = 16;

/** Rows through all layers, with relu after each; the last outputs' mask unless `mask` is 0. */
export function squareForward(input: usize, layers: usize, count: i32, rows: i32, mask: usize): void {
  for (let row = 0; row < rows; row += STRIP) {
    const strip = min(STRIP, rows - row);
    const at = <usize>row << 6;
    const from = throughLayers(input + at, layers, count - 1, strip, at);
    const last = layers + (<usize>(count - 1) * FORWARD);
    const to = load<usize>(last, 8) + at;
    if (mask == 0) tilesOfSquare(from, load<usize>(last), to, strip, load<usize>(last, 4), true);
    else squareMasked(from, load<usize>(last), to, strip, load<usize>(last, 4), mask + (at >> 2));
  }
}

/** Through `count` layers to the outputs that lie `at` bytes into each table; answers the last. */
function throughLayers(input: usize, layers: usize, count: i32, rows: i32, at: usize): usize {
  let from = input;
  for (let i = 0; i < count; i++) {
    const to = load<usize>(layers, 8) + at;
    tilesOfSquare(from, load<usize>(layers), to, rows, load<usize>(layers, 4), true);
    from = to;
    layers += FORWARD;
  }
  return from;
}

/**
 * Sums what `count` units receive, and updates them: their sums go through all layers, and the
 * start of each unit is added after the last. A unit is `states` rows.
 */
export function squareUpdates(
  sent: usize, edgeStart: usize, from: usize, weight: usize, sums: usize, states: i32,
  layers: usize, layerCount: i32, mask: usize, start: usize, units: usize, count: i32,
): void {
  const bytes = <usize>states << 6;
  const last = layers + (<usize>(layerCount - 1) * FORWARD);
  for (let unit = 0; unit < count; unit++) {
    const at = unit * bytes;
    neighbourSums(sent, states * WIDTH, edgeStart, from, weight, unit, unit + 1, 0, sums);
    const input = throughLayers(sums + at, layers, layerCount - 1, states, at);
    squareStarted(
      input, load<usize>(last), load<usize>(last, 8) + at, states, load<usize>(last, 4),
      mask == 0 ? 0 : mask + (at >> 2), start + load<i32>(units + (<usize>unit << 2)) * bytes,
    );
  }
}

/**
 * The gradient `to` of rows that went through layers, from that of the outputs, `d`, which may lie
 * at the same place. `scratch` holds two strips.
 */
export function squareBack(
  d: usize, mask: usize, input: usize, layers: usize, count: i32, rows: i32, to: usize, scratch: usize,
): void {
  for (let row = 0; row < rows; row += STRIP) {
    const strip = min(STRIP, rows - row);
    const at = <usize>row << 6;
    maskBack(d + at, mask + (at >> 2), 0, 1, strip * WIDTH, scratch);
    stripBack(scratch, scratch + (<usize>STRIP << 6), input, layers, count, at, strip, to + at);
  }
}

/**
 * The same for what `count` units sent, whose gradient is the sum of `d` over their receivers. It is
 * added to `dStart` too, where a unit has the place that `units` tells. `scratch` holds two strips,
 * or twice a unit's rows.
 */
export function squareSendersBack(
  d: usize, edgeStart: usize, receivers: usize, weight: usize, states: i32, mask: usize, input: usize,
  layers: usize, layerCount: i32, to: usize, scratch: usize, units: usize, count: i32, dStart: usize,
): void {
  const width = states * WIDTH;
  const bytes = <usize>width << 2;
  const most = max(1, STRIP / states);
  const other = scratch + most * bytes;
  for (let unit = 0; unit < count; unit += most) {
    const last = min(count, unit + most);
    const rows = (last - unit) * states;
    const at = unit * bytes;
    neighbourSums(d, width, edgeStart, receivers, weight, unit, last, 0, scratch - at);
    maskBack(scratch, mask + (at >> 2), 0, 1, rows * WIDTH, scratch);
    stripBack(scratch, other, input, layers, layerCount, at, rows, to + at);
    scatterRows(to + at, units + (<usize>unit << 2), last - unit, width, true, dStart);
  }
}

/** From the gradient before the last relu, at `d`, which is overwritten. Tables begin `at` bytes before. */
function stripBack(
  d: usize, other: usize, input: usize, layers: usize, count: i32, at: usize, rows: i32, to: usize,
): void {
  for (let i = count - 1; i >= 0; i--) {
    const layer = layers + <usize>i * BACKWARD;
    const left = (i == 0 ? input : load<usize>(layer - BACKWARD, 12)) + at;
    addRows(d, rows, WIDTH, load<usize>(layer, 8));
    squareTransposed(left, d, load<usize>(layer, 4), rows);
    if (i == 0) {
      tilesOfSquare(d, load<usize>(layer), to, rows, 0, false);
      return;
    }
    squareGated(d, load<usize>(layer), other, rows, left);
    const next = other;
    other = d;
    d = next;
  }
}

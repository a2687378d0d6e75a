/**
 * Rounds of message passing whose layers are all 16 wide. A strip of rows goes through all layers
 * while it is in the first-level cache. All messages come before all updates, because
 * computing them just before they are read took longer.
 *
 * A unit is an even number of rows, its states. Tables of a round hold its units side by side.
 */
import { addRows } from "./elements";
import { scatterRows } from "./gather";
import { neighbourSums } from "./graph";
import { maskBack } from "./mask";
import {
  squareGated, squareMasked, squareStarted, squareTransposed, tilesOfSquare, WIDTH,
} from "./products/square-tile";

/** Rows of a strip, 64 bytes each. */
const STRIP: i32 = 32;

/** What square-rounds.ts writes, in this order; masks are 0 where no gradient is wanted. */
// @ts-ignore: decorator
@unmanaged
class Forward {
  states: i32;
  senders: i32;
  x: usize;
  messageLayers: i32;
  messageMask: usize;
  sent: usize;
  updated: i32;
  edgeStart: usize;
  from: usize;
  weight: usize;
  sums: usize;
  updateLayers: i32;
  updateMask: usize;
  start: usize;
  units: usize;
}

/** Follows the record of its round: the layers of messages, then those of updates. */
// @ts-ignore: decorator
@unmanaged
class Layer {
  weights: usize;
  bias: usize;
  outputs: usize;
}

// @ts-ignore: decorator
@inline
function layerAt(first: usize, i: i32): Layer {
  return changetype<Layer>(first + <usize>i * offsetof<Layer>());
}

/** One round: the vectors after it, and all tables that its gradient reads. */
export function squareRound(record: usize): void {
  const round = changetype<Forward>(record);
  const messages = record + offsetof<Forward>();
  sendMessages(round, messages);
  const updates = messages + <usize>round.messageLayers * offsetof<Layer>();
  for (let unit = 0; unit < round.updated; unit++) updateUnit(round, updates, unit);
}

function sendMessages(round: Forward, layers: usize): void {
  const end = layerAt(layers, round.messageLayers - 1);
  for (let row = 0, rows = round.senders * round.states; row < rows; row += STRIP) {
    const strip = min(STRIP, rows - row);
    const at = <usize>row << 6;
    const input = throughLayers(round.x + at, layers, round.messageLayers - 1, strip, at);
    if (round.messageMask == 0) tilesOfSquare(input, end.weights, end.outputs + at, strip, end.bias, true);
    else squareMasked(input, end.weights, end.outputs + at, strip, end.bias, round.messageMask + (at >> 2));
  }
}

function updateUnit(round: Forward, layers: usize, unit: i32): void {
  const states = round.states;
  const bytes = <usize>states << 6;
  const at = unit * bytes;
  neighbourSums(
    round.sent, states * WIDTH, round.edgeStart, round.from, round.weight, unit, unit + 1, 0, round.sums,
  );
  const input = throughLayers(round.sums + at, layers, round.updateLayers - 1, states, at);
  const end = layerAt(layers, round.updateLayers - 1);
  const mask = round.updateMask == 0 ? 0 : round.updateMask + (at >> 2);
  const start = round.start + load<i32>(round.units + (<usize>unit << 2)) * bytes;
  squareStarted(input, end.weights, end.outputs + at, states, end.bias, mask, start);
}

/** Through `count` layers to the outputs that lie `at` bytes into each table; answers the last. */
function throughLayers(input: usize, layers: usize, count: i32, rows: i32, at: usize): usize {
  let from = input;
  for (let i = 0; i < count; i++) {
    const layer = layerAt(layers, i);
    const to = layer.outputs + at;
    tilesOfSquare(from, layer.weights, to, rows, layer.bias, true);
    from = to;
  }
  return from;
}

/** What square-rounds.ts writes, in this order. */
// @ts-ignore: decorator
@unmanaged
class Back {
  states: i32;
  /** Gradient after the round, and where that of the sums goes, which may be the same place. */
  updated: i32;
  d: usize;
  updateMask: usize;
  sums: usize;
  updateLayers: i32;
  dSums: usize;
  /** Edges of each sender. */
  senders: i32;
  edgeStart: usize;
  receivers: usize;
  weight: usize;
  messageMask: usize;
  x: usize;
  messageLayers: i32;
  /** Gradient before the round, which is added to that of the start too. */
  dBefore: usize;
  units: usize;
  dStart: usize;
  /** Holds two strips, or twice the rows of a unit. */
  scratch: usize;
}

/** Follows the record of its round: the layers of updates, then those of messages. */
// @ts-ignore: decorator
@unmanaged
class LayerBack {
  through: usize;
  dWeights: usize;
  dBias: usize;
  outputs: usize;
}

// @ts-ignore: decorator
@inline
function layerBackAt(first: usize, i: i32): LayerBack {
  return changetype<LayerBack>(first + <usize>i * offsetof<LayerBack>());
}

/** The gradient of one round, from the vectors after it to those before it. */
export function squareRoundBack(record: usize): void {
  const round = changetype<Back>(record);
  const updates = record + offsetof<Back>();
  updatesBack(round, updates);
  const messages = updates + <usize>round.updateLayers * offsetof<LayerBack>();
  const most = max(1, STRIP / round.states);
  for (let unit = 0; unit < round.senders; unit += most)
    messagesBack(round, messages, unit, min(round.senders, unit + most));
}

function updatesBack(round: Back, layers: usize): void {
  const scratch = round.scratch;
  for (let row = 0, rows = round.updated * round.states; row < rows; row += STRIP) {
    const strip = min(STRIP, rows - row);
    const at = <usize>row << 6;
    maskBack(round.d + at, round.updateMask + (at >> 2), 0, 1, strip * WIDTH, scratch);
    const other = scratch + (<usize>STRIP << 6);
    layersBack(scratch, other, round.sums, layers, round.updateLayers, at, strip, round.dSums + at);
  }
}

function messagesBack(round: Back, layers: usize, first: i32, last: i32): void {
  const states = round.states, scratch = round.scratch, to = round.dBefore;
  const width = states * WIDTH;
  const at = <usize>(first * width) << 2;
  const rows = (last - first) * states;
  const other = scratch + (<usize>max(STRIP, states) << 6);
  neighbourSums(
    round.dSums, width, round.edgeStart, round.receivers, round.weight, first, last, 0, scratch - at,
  );
  maskBack(scratch, round.messageMask + (at >> 2), 0, 1, rows * WIDTH, scratch);
  layersBack(scratch, other, round.x, layers, round.messageLayers, at, rows, to + at);
  scatterRows(to + at, round.units + (<usize>first << 2), last - first, width, true, round.dStart);
}

/**
 * From the gradient before the last relu, at `d`, which is overwritten, to that of the input, at
 * `to`. The strip lies `at` bytes into the input and the outputs.
 */
function layersBack(
  d: usize, other: usize, input: usize, layers: usize, count: i32, at: usize, rows: i32, to: usize,
): void {
  let from = d, free = other;
  for (let i = count - 1; i >= 0; i--) {
    const layer = layerBackAt(layers, i);
    const left = (i == 0 ? input : layerBackAt(layers, i - 1).outputs) + at;
    addRows(from, rows, WIDTH, layer.dBias);
    squareTransposed(left, from, layer.dWeights, rows);
    if (i == 0) tilesOfSquare(from, layer.through, to, rows, 0, false);
    else squareGated(from, layer.through, free, rows, left);
    const next = free;
    free = from;
    from = next;
  }
}

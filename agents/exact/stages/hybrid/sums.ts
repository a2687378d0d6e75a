/**
 * The least sums of fill times of prefixes and suffixes of the chain: lower bounds that ignore
 * synchronisation and the depth of stages. States are (layer, device): the layers before it are on
 * the devices before it.
 */
import { type OptionView, rowOf, stagesAlong } from "./options.ts";
import type { ChosenStage } from "./problem.ts";

export interface FillSums {
  /** Least fill of the layers before, shape [layers + 1, devices + 1]; infinite if impossible. */
  readonly before: Float64Array;
  /** Least fill of the layers from there on; infinite also where too few devices are before. */
  readonly after: Float64Array;
  /** Most time that the stages before can hide, shape [layers + 1]. */
  readonly hiddenBefore: Float64Array;
}

export function fillSums(view: OptionView): FillSums {
  const [before, { after }] = [sumsBefore(view, devicesAfter(view)), sumsAfter(view)];
  return { before, after, hiddenBefore: mostHidden(view) };
}

/** Stages of the least sum, as if each fitted at any depth; null where there are none. */
export function leastSumStages(view: OptionView): ChosenStage[] | null {
  const { after, chosen } = sumsAfter(view);
  return after[0] === Number.POSITIVE_INFINITY ? null : stagesAlong(view.of, chosen);
}

/** Fewest devices of each range of layers, at any place; shape [layers + 1, layers + 1]. */
function devicesOfRanges({ of, start, list }: OptionView): Float64Array {
  const fewest = new Float64Array((of.layers + 1) ** 2).fill(Number.POSITIVE_INFINITY);
  for (let row = 0; row + 1 < start.length; row++) {
    if (start[row] === start[row + 1]) continue;
    const range = Math.floor(row / of.classes);
    fewest[range] = Math.min(fewest[range], of.replicas[list[start[row]]]);
  }
  return fewest;
}

/** At least so many devices for the layers from each one on. */
function devicesAfter(view: OptionView): Float64Array {
  const { layers } = view.of;
  const fewest = devicesOfRanges(view);
  const need = new Float64Array(layers + 1).fill(Number.POSITIVE_INFINITY);
  need[layers] = 0;
  for (let first = layers - 1; first >= 0; first--)
    for (let end = first + 1; end <= layers; end++)
      need[first] = Math.min(need[first], fewest[first * (layers + 1) + end] + need[end]);
  return need;
}

/** At least so many devices for the layers before each one. */
function devicesBefore(view: OptionView): Float64Array {
  const { layers } = view.of;
  const fewest = devicesOfRanges(view);
  const need = new Float64Array(layers + 1).fill(Number.POSITIVE_INFINITY);
  need[0] = 0;
  for (let end = 1; end <= layers; end++)
    for (let first = 0; first < end; first++)
      need[end] = Math.min(need[end], need[first] + fewest[first * (layers + 1) + end]);
  return need;
}

function sumsBefore({ of, start: rowStart, list }: OptionView, need: Float64Array): Float64Array {
  const { layers, devices, placeClass, replicas, fill } = of;
  const before = new Float64Array((layers + 1) * (devices + 1)).fill(Number.POSITIVE_INFINITY);
  before[0] = 0;
  for (let first = 0; first < layers; first++)
    for (let start = 0; start < devices; start++) {
      const sum = before[first * (devices + 1) + start];
      if (sum === Number.POSITIVE_INFINITY) continue;
      for (let end = first + 1; end <= layers; end++) {
        const row = rowOf(of, first, end, placeClass[start]);
        const most = devices - need[end] - start;
        const states = end * (devices + 1) + start;
        for (let i = rowStart[row]; i < rowStart[row + 1]; i++) {
          const o = list[i];
          if (replicas[o] > most) break;
          if (sum + fill[o] < before[states + replicas[o]]) before[states + replicas[o]] = sum + fill[o];
        }
      }
    }
  return before;
}

function sumsAfter(view: OptionView) {
  const { of, start: rowStart, list } = view;
  const { layers, devices, placeClass, replicas, fill } = of;
  const need = devicesBefore(view);
  const after = new Float64Array((layers + 1) * (devices + 1)).fill(Number.POSITIVE_INFINITY);
  const chosen = new Int32Array(after.length);
  after.fill(0, layers * (devices + 1));
  for (let first = layers - 1; first >= 0; first--)
    for (let start = Math.min(need[first], devices); start < devices; start++) {
      const state = first * (devices + 1) + start;
      for (let end = first + 1; end <= layers; end++) {
        const row = rowOf(of, first, end, placeClass[start]);
        const states = end * (devices + 1) + start;
        for (let i = rowStart[row]; i < rowStart[row + 1]; i++) {
          const o = list[i];
          if (start + replicas[o] > devices) break;
          const sum = fill[o] + after[states + replicas[o]];
          if (sum >= after[state]) continue;
          after[state] = sum;
          chosen[state] = o;
        }
      }
    }
  return { after, chosen };
}

function mostHidden({ of, start, list }: OptionView): Float64Array {
  const most = new Float64Array(of.layers + 1);
  for (let first = 0; first < of.layers; first++)
    for (let end = first + 1; end <= of.layers; end++)
      for (let place = 0; place < of.classes; place++) {
        const row = rowOf(of, first, end, place);
        for (let i = start[row]; i < start[row + 1]; i++)
          most[end] = Math.max(most[end], most[first] + of.hidden[list[i]]);
      }
  return most;
}

/**
 * Stages of a small sum that all fit, null where none are found. The program keeps one suffix for
 * each state, the one of least sum, though another with fewer stages might leave more memory.
 */
export function fittingStages({ of, start: rowStart, list }: OptionView): ChosenStage[] | null {
  const { layers, devices, placeClass, replicas, fill, deepest } = of;
  const least = new Float64Array((layers + 1) * (devices + 1)).fill(Number.POSITIVE_INFINITY);
  const depth = new Int32Array(least.length);
  const chosen = new Int32Array(least.length);
  least.fill(0, layers * (devices + 1));
  for (let first = layers - 1; first >= 0; first--)
    for (let start = 0; start < devices; start++) {
      const state = first * (devices + 1) + start;
      for (let end = layers; end > first; end--) {
        const row = rowOf(of, first, end, placeClass[start]);
        const states = end * (devices + 1) + start;
        for (let i = rowStart[row]; i < rowStart[row + 1]; i++) {
          const o = list[i];
          if (start + replicas[o] > devices) break;
          const sum = fill[o] + least[states + replicas[o]];
          const deep = depth[states + replicas[o]] + 1;
          if (sum >= least[state] || deep > deepest[o]) continue;
          least[state] = sum;
          depth[state] = deep;
          chosen[state] = o;
        }
      }
    }
  return least[0] === Number.POSITIVE_INFINITY ? null : stagesAlong(of, chosen);
}

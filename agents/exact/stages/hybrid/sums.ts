/**
 * The least sums of fill times of prefixes and suffixes of the chain: lower bounds that ignore
 * synchronisation and the depth of stages. States are (layer, device): the layers before it are on
 * the devices before it.
 */
import { type OptionView, rowOf, stagesAlong } from "./options.ts";
import type { ChosenStage } from "./problem.ts";

export interface FillSums {
  /** Least fill of the layers before, shape [layers + 1, devices + 1]; infinite where impossible. */
  readonly before: Float64Array;
  /** Least fill of the layers from there on. */
  readonly after: Float64Array;
  /** Most time that the stages before can hide, shape [layers + 1]. */
  readonly hiddenBefore: Float64Array;
  /** Stages of the least sum, null where there is none. */
  readonly stages: readonly ChosenStage[] | null;
}

export function fillSums(view: OptionView): FillSums {
  const before = sumsBefore(view, devicesNeeded(view));
  const { after, chosen } = sumsAfter(view, before);
  const stages = after[0] === Number.POSITIVE_INFINITY ? null : stagesAlong(view.of, chosen);
  return { before, after, hiddenBefore: mostHidden(view), stages };
}

/** At least so many devices for the layers from each one on, wherever they begin. */
function devicesNeeded({ of, start, list }: OptionView): Float64Array {
  const need = new Float64Array(of.layers + 1).fill(Number.POSITIVE_INFINITY);
  need[of.layers] = 0;
  for (let first = of.layers - 1; first >= 0; first--)
    for (let end = first + 1; end <= of.layers; end++)
      for (let place = 0; place < of.classes; place++) {
        const row = rowOf(of, first, end, place);
        if (start[row] === start[row + 1]) continue;
        need[first] = Math.min(need[first], of.replicas[list[start[row]]] + need[end]);
      }
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

function sumsAfter({ of, start: rowStart, list }: OptionView, before: Float64Array) {
  const { layers, devices, placeClass, replicas, fill } = of;
  const after = new Float64Array(before.length).fill(Number.POSITIVE_INFINITY);
  const chosen = new Int32Array(before.length);
  after.fill(0, layers * (devices + 1));
  for (let first = layers - 1; first >= 0; first--)
    for (let start = 0; start < devices; start++) {
      const state = first * (devices + 1) + start;
      if (before[state] === Number.POSITIVE_INFINITY) continue;
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

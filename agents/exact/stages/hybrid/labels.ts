/**
 * The least sum of fill times and tail over all plans made of some options, by Pareto labels. Each
 * suffix of the chain keeps those (fill, tail, depth) that no other is as good as in all three. A
 * label that cannot end below the limit is dropped by the bounds of `fillSums`.
 *
 * Tails below the floor count as the floor. The higher the floor, the fewer labels there are.
 */
import { type OptionView, rowOf, type StageOptions } from "./options.ts";
import type { ChosenStage } from "./problem.ts";
import type { FillSums } from "./sums.ts";

/** Columns of labels; the labels of a state follow each other. */
interface Labels {
  readonly fill: number[];
  /** What is left to synchronise when the first stage of the suffix is done. */
  readonly tail: number[];
  readonly depth: number[];
  /** The first stage. */
  readonly option: number[];
  /** The label of the stages after the first, -1 where there are none. */
  readonly next: number[];
}

export interface FillAndTail {
  readonly fill: number;
  /** At least the floor. */
  readonly tail: number;
  readonly stages: readonly ChosenStage[];
}

export interface LabelLimits {
  /** Only plans with fill + tail below it count. */
  readonly value: number;
  /** Only plans with a tail of at most this count. */
  readonly tail: number;
  readonly floor: number;
}

/** Null where no plan is below the limits. */
export function leastFillAndTail(view: OptionView, sums: FillSums, limits: LabelLimits): FillAndTail | null {
  const { layers, devices } = view.of;
  const labels = emptyLabels();
  // The labels of a state are begin[state]..close[state]-1.
  const begin = new Int32Array((layers + 1) * (devices + 1));
  const close = new Int32Array(begin.length);
  push(labels, { fill: 0, tail: limits.floor, depth: 0, option: -1, next: -1 });
  close.fill(1, layers * (devices + 1));
  for (let first = layers - 1; first >= 0; first--)
    for (let start = 0; start < devices; start++) {
      const state = first * (devices + 1) + start;
      begin[state] = close[state] = labels.fill.length;
      if (sums.before[state] + sums.after[state] + limits.floor >= limits.value) continue;
      const found = extensions(view, sums, { labels, begin, close }, { first, start, limits });
      for (const at of pareto(found)) push(labels, labelAt(found, at));
      close[state] = labels.fill.length;
    }
  const ends = Array.from({ length: close[0] - begin[0] }, (_, i) => begin[0] + i);
  const valueAt = (at: number) => labels.fill[at] + labels.tail[at];
  const best = ends.reduce((least, at) => (least < 0 || valueAt(at) < valueAt(least) ? at : least), -1);
  if (best < 0) return null;
  return { fill: labels.fill[best], tail: labels.tail[best], stages: stagesOf(view.of, labels, best) };
}

interface Known {
  readonly labels: Labels;
  readonly begin: Int32Array;
  readonly close: Int32Array;
}

interface Place {
  readonly first: number;
  readonly start: number;
  readonly limits: LabelLimits;
}

/** The labels of one state that may end below the limits; few of them are dominated. */
function extensions(
  { of, start: rowStart, list }: OptionView,
  sums: FillSums,
  { labels, begin, close }: Known,
  { first, start, limits }: Place,
): Labels {
  const { layers, devices, placeClass, replicas, fill, sync, hidden, deepest } = of;
  const found = emptyLabels();
  const atFloor = new LabelsByDepth(layers);
  const before = sums.before[first * (devices + 1) + start];
  const hiddenBefore = sums.hiddenBefore[first];
  for (let end = layers; end > first; end--) {
    const row = rowOf(of, first, end, placeClass[start]);
    for (let i = rowStart[row]; i < rowStart[row + 1]; i++) {
      const o = list[i];
      if (start + replicas[o] > devices) break;
      const state = end * (devices + 1) + start + replicas[o];
      if (before + fill[o] + sums.after[state] + limits.floor >= limits.value) continue;
      if (sync[o] > limits.tail + hiddenBefore) continue;
      for (let at = begin[state]; at < close[state]; at++) {
        const sum = fill[o] + labels.fill[at];
        const depth = labels.depth[at] + 1;
        if (depth > deepest[o] || sum >= atFloor.least[depth]) continue;
        const tail = Math.max(sync[o], labels.tail[at] - hidden[o], limits.floor);
        if (tail > limits.tail + hiddenBefore) continue;
        const leastTail = Math.max(tail - hiddenBefore, limits.floor);
        if (before + sum + leastTail >= limits.value) continue;
        if (tail === limits.floor) atFloor.add(depth, sum, o, at);
        else push(found, { fill: sum, tail, depth, option: o, next: at });
      }
    }
  }
  atFloor.pushAll(found, limits.floor);
  return found;
}

/** Of the labels with the least tail, the one of least fill for each depth. */
class LabelsByDepth {
  /** Least fill at a depth or any smaller one, shape [layers + 1]. */
  readonly least: Float64Array;
  private readonly option: Int32Array;
  private readonly next: Int32Array;

  constructor(layers: number) {
    this.least = new Float64Array(layers + 1).fill(Number.POSITIVE_INFINITY);
    this.option = new Int32Array(layers + 1);
    this.next = new Int32Array(layers + 1);
  }

  /** Pre: the fill is below the least at that depth. */
  add(depth: number, fill: number, option: number, next: number): void {
    this.option[depth] = option;
    this.next[depth] = next;
    for (let deep = depth; deep < this.least.length && this.least[deep] > fill; deep++)
      this.least[deep] = fill;
  }

  pushAll(labels: Labels, tail: number): void {
    for (let depth = 1; depth < this.least.length; depth++) {
      const fill = this.least[depth];
      if (fill < this.least[depth - 1])
        push(labels, { fill, tail, depth, option: this.option[depth], next: this.next[depth] });
    }
  }
}

/** Numbers of the labels that no other is at least as good as in everything. */
function pareto({ fill, tail, depth }: Labels): number[] {
  const order = [...fill.keys()].sort(
    (a, b) => fill[a] - fill[b] || tail[a] - tail[b] || depth[a] - depth[b] || a - b,
  );
  const kept: number[] = [];
  for (const at of order)
    if (!kept.some((other) => tail[other] <= tail[at] && depth[other] <= depth[at])) kept.push(at);
  return kept;
}

interface Label {
  readonly fill: number;
  readonly tail: number;
  readonly depth: number;
  readonly option: number;
  readonly next: number;
}

const emptyLabels = (): Labels => ({ fill: [], tail: [], depth: [], option: [], next: [] });

function push(labels: Labels, label: Label): void {
  labels.fill.push(label.fill);
  labels.tail.push(label.tail);
  labels.depth.push(label.depth);
  labels.option.push(label.option);
  labels.next.push(label.next);
}

const labelAt = (labels: Labels, at: number): Label => ({
  fill: labels.fill[at],
  tail: labels.tail[at],
  depth: labels.depth[at],
  option: labels.option[at],
  next: labels.next[at],
});

function stagesOf({ end, replicas, variant }: StageOptions, labels: Labels, best: number): ChosenStage[] {
  const stages: ChosenStage[] = [];
  for (let at = best, first = 0; labels.next[at] >= 0; at = labels.next[at]) {
    const o = labels.option[at];
    stages.push({ first, end: end[o], replicas: replicas[o], variant: variant[o] });
    first = end[o];
  }
  return stages;
}

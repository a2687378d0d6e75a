/**
 * All stages that a hybrid pipeline on a chain may have, as columns. A row is a range of layers at
 * one class of places; its options are numbers of replicas and variants.
 */
import type { ChosenStage, StageCost, StageProblem } from "./problem.ts";

export interface StageOptions {
  readonly layers: number;
  readonly devices: number;
  readonly microBatches: number;
  readonly placeClass: Int32Array;
  readonly classes: number;
  /** Options of row r are rowStart[r]..rowStart[r + 1]-1, by ascending number of replicas. */
  readonly rowStart: Int32Array;
  /** One beyond the last layer of each option. */
  readonly end: Int32Array;
  readonly replicas: Int32Array;
  readonly variant: Int32Array;
  readonly fill: Float64Array;
  readonly period: Float64Array;
  readonly sync: Float64Array;
  readonly hidden: Float64Array;
  readonly deepest: Float64Array;
}

export const rowOf = ({ layers, classes }: StageOptions, first: number, end: number, place: number): number =>
  (first * (layers + 1) + end) * classes + place;

/** Variants of a stage that fit as the last one at least, and that no other is as good as. */
function usefulVariants(
  { variants, cost }: StageProblem,
  stage: readonly [first: number, end: number, place: number, count: number],
): (readonly [number, StageCost])[] {
  const found: (readonly [number, StageCost])[] = [];
  for (let v = 0; v < variants; v++) {
    const own = cost(...stage, v);
    if (own !== null && own.deepest >= 1) found.push([v, own]);
  }
  return found.filter(([, own], i) =>
    found.every(([, other], j) => j === i || !isAsGood(other, own) || (i < j && isAsGood(own, other))),
  );
}

const isAsGood = (one: StageCost, other: StageCost): boolean =>
  one.fill <= other.fill &&
  one.period <= other.period &&
  one.sync <= other.sync &&
  one.hidden >= other.hidden &&
  one.deepest >= other.deepest;

/** All stages that fit as the last one at least, but useless variants. */
export function stageOptions(problem: StageProblem): StageOptions {
  const { layers, devices, microBatches, placeClass } = problem;
  const classes = placeClass.reduce((most, place) => Math.max(most, place + 1), 1);
  const rowStart = new Int32Array((layers + 1) * (layers + 1) * classes + 1);
  const [ends, replicas, variant]: number[][] = [[], [], []];
  const [fill, period, sync, hidden, deepest]: number[][] = [[], [], [], [], []];
  let row = 0;
  for (let first = 0; first <= layers; first++)
    for (let end = 0; end <= layers; end++)
      for (let place = 0; place < classes; place++) {
        for (const count of end > first ? problem.replicaCounts : []) {
          if (count > devices) continue;
          for (const [v, cost] of usefulVariants(problem, [first, end, place, count])) {
            ends.push(end);
            replicas.push(count);
            variant.push(v);
            fill.push(cost.fill);
            period.push(cost.period);
            sync.push(cost.sync);
            hidden.push(cost.hidden);
            deepest.push(cost.deepest);
          }
        }
        rowStart[++row] = replicas.length;
      }
  return {
    layers,
    devices,
    microBatches,
    placeClass,
    classes,
    rowStart,
    end: Int32Array.from(ends),
    replicas: Int32Array.from(replicas),
    variant: Int32Array.from(variant),
    fill: Float64Array.from(fill),
    period: Float64Array.from(period),
    sync: Float64Array.from(sync),
    hidden: Float64Array.from(hidden),
    deepest: Float64Array.from(deepest),
  };
}

/** Some of the options, by row: those of row r are list[start[r]]..list[start[r + 1] - 1]. */
export interface OptionView {
  readonly of: StageOptions;
  readonly start: Int32Array;
  readonly list: Int32Array;
}

/** The options that pass, in their order. */
export function viewOf(of: StageOptions, passes: (option: number) => boolean): OptionView {
  const start = new Int32Array(of.rowStart.length);
  const list = new Int32Array(of.replicas.length);
  let count = 0;
  for (let row = 0; row + 1 < of.rowStart.length; row++) {
    for (let o = of.rowStart[row]; o < of.rowStart[row + 1]; o++) if (passes(o)) list[count++] = o;
    start[row + 1] = count;
  }
  return { of, start, list: list.subarray(0, count) };
}

/** The stages that follow from the option chosen in each state, shape [layers + 1, devices + 1]. */
export function stagesAlong(of: StageOptions, chosen: Int32Array): ChosenStage[] {
  const stages: ChosenStage[] = [];
  for (let first = 0, start = 0; first < of.layers; ) {
    const o = chosen[first * (of.devices + 1) + start];
    stages.push({ first, end: of.end[o], replicas: of.replicas[o], variant: of.variant[o] });
    first = of.end[o];
    start += of.replicas[o];
  }
  return stages;
}

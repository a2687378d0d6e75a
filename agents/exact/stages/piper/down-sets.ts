/**
 * The sets of layers that stages grow through in Piper: those that hold all successors of their
 * members (down-sets). The last stage is placed first. They are the ideals of the reversed graph,
 * smaller ones first, the empty one first of all.
 *
 * Each has sums over its layers, from which lower bounds of any stage between two of them follow.
 */
import { allIdeals } from "../../ideals/all-ideals.ts";
import type { IdealTable } from "../../ideals/ideal-table.ts";
import { choicesAt, type PiperProblem } from "./problem.ts";

export interface DownSets {
  readonly table: IdealTable;
  readonly count: number;
  /** Sets with one layer more: those from aboveStart[set] on. */
  readonly aboveStart: Int32Array;
  readonly above: Int32Array;
  /** Least device time of the layers, over all degrees. */
  readonly deviceTime: Float64Array;
  /** By degree index and set, at [degree x count + set]: sums of each layer's least. */
  readonly time: Float64Array;
  readonly bytesInFlight: Float64Array;
  readonly bytesFixed: Float64Array;
  /** Layers without a choice at the degree. */
  readonly missing: Int32Array;
}

/** Null where there are more than `most`. */
export function downSets(problem: PiperProblem, most: number): DownSets | null {
  const { degrees } = problem;
  const from: number[] = [];
  const added: number[] = [];
  const to: number[] = [];
  const reversed = { count: problem.count, successors: problem.predecessors };
  const table = allIdeals(reversed, most, (set, layer, above) => {
    from.push(set);
    added.push(layer);
    to.push(above);
  });
  if (table === null) return null;
  const { count } = table;
  const aboveStart = new Int32Array(count + 1);
  for (const set of from) aboveStart[set + 1]++;
  for (let set = 0; set < count; set++) aboveStart[set + 1] += aboveStart[set];
  const summed = (leastOfLayer: (layer: number) => number) => {
    const values = Float64Array.from({ length: problem.count }, (_, layer) => leastOfLayer(layer));
    const sums = new Float64Array(count);
    // Sets are met in order, so the sum below is final.
    for (let i = 0; i < to.length; i++) sums[to[i]] = sums[from[i]] + values[added[i]];
    return sums;
  };
  const byDegree = (leastOf: (degree: number, layer: number) => number) => {
    const sums = new Float64Array(degrees.length * count);
    for (const i of degrees.keys())
      sums.set(
        summed((layer) => leastOf(i, layer)),
        i * count,
      );
    return sums;
  };
  const finite = (value: number) => (value === Number.POSITIVE_INFINITY ? 0 : value);
  const { time, bytesInFlight, bytesFixed } = problem;
  return {
    table,
    count,
    aboveStart,
    // Covers are visited set by set.
    above: Int32Array.from(to),
    deviceTime: summed((layer) =>
      finite(Math.min(...degrees.map((t, i) => t * least(problem, time, i, layer)))),
    ),
    time: byDegree((i, layer) => finite(least(problem, time, i, layer))),
    bytesInFlight: byDegree((i, layer) => finite(least(problem, bytesInFlight, i, layer))),
    bytesFixed: byDegree((i, layer) => finite(least(problem, bytesFixed, i, layer))),
    missing: Int32Array.from(
      byDegree((i, layer) => Number(least(problem, time, i, layer) === Number.POSITIVE_INFINITY)),
    ),
  };
}

/** Of the choices of a layer at a degree index; infinite where there are none. */
function least(problem: PiperProblem, values: Float64Array, degree: number, layer: number): number {
  const [from, to] = choicesAt(problem, degree, layer);
  let best = Number.POSITIVE_INFINITY;
  for (let c = from; c < to; c++) best = Math.min(best, values[c]);
  return best;
}

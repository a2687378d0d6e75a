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
  /** Layers without a choice at the degree. */
  readonly missing: Int32Array;
  /** Sums of each layer's least bytes, by set, with so many micro-batches in flight. */
  bytesAt(degree: number, inFlight: number): Float64Array;
}

const MOST_SUMS = 8_000_000;

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
  const { time, bytesInFlight, bytesFixed } = problem;
  const least = (degree: number, layer: number, amountOf: (choice: number) => number) => {
    const [first, end] = choicesAt(problem, degree, layer);
    let best = Number.POSITIVE_INFINITY;
    for (let c = first; c < end; c++) best = Math.min(best, amountOf(c));
    return best;
  };
  const finite = (value: number) => (value === Number.POSITIVE_INFINITY ? 0 : value);
  const timeOf = (degree: number, layer: number) => least(degree, layer, (c) => time[c]);
  const bytes = new Map<number, Float64Array>();
  return {
    table,
    count,
    aboveStart,
    // Covers are visited set by set.
    above: Int32Array.from(to),
    deviceTime: summed((layer) => finite(Math.min(...degrees.map((t, i) => t * timeOf(i, layer))))),
    time: byDegree((i, layer) => finite(timeOf(i, layer))),
    missing: Int32Array.from(byDegree((i, layer) => Number(timeOf(i, layer) === Number.POSITIVE_INFINITY))),
    bytesAt(degree, inFlight) {
      const key = inFlight * degrees.length + degree;
      let sums = bytes.get(key);
      if (sums === undefined) {
        // Far more than a search needs at once; it keeps the tables within some 64 MB.
        if (bytes.size * count > MOST_SUMS) bytes.clear();
        const bytesOf = (c: number) => bytesInFlight[c] * inFlight + bytesFixed[c];
        sums = summed((layer) => finite(least(degree, layer, bytesOf)));
        bytes.set(key, sums);
      }
      return sums;
    },
  };
}

/**
 * How Chimera divides the micro-batches of a group among its pipelines: blocks of D units, each
 * block in runs of at most D/(2f). A unit is what one forward takes.
 *
 * The last block may have fewer. `paper` divides it evenly, the pairs in order, down before up.
 * `code` fills one pipeline after the other, as the released generator does. It takes the order of
 * pairs in the first block, and in later ones that in which the earlier pipelines drain.
 */

export interface Run {
  readonly pipeline: number;
  readonly block: number;
  /** First unit, counted within the group. */
  readonly first: number;
  readonly count: number;
}

/** Runs of `units` units on D workers. */
export function runsOf(units: number, depth: number, pairs: number, mode: "paper" | "code"): Run[] {
  const width = 2 * pairs;
  const inPairs = Array.from({ length: width }, (_, k) => (k % 2) * pairs + Math.floor(k / 2));
  const runs: Run[] = [];
  for (let first = 0, block = 0; first < units; block++) {
    const inBlock = Math.min(depth, units - first);
    const pipelines = mode === "code" && block > 0 ? inPairs.toSorted((a, b) => a - b) : inPairs;
    const counts = mode === "code" ? filled(inBlock, width, depth / width) : even(inBlock, width);
    for (const [k, pipeline] of pipelines.entries()) {
      if (counts[k] > 0) runs.push({ pipeline, block, first, count: counts[k] });
      first += counts[k];
    }
  }
  return runs;
}

const filled = (units: number, width: number, most: number): number[] =>
  Array.from({ length: width }, (_, k) => Math.min(most, Math.max(0, units - k * most)));

const even = (units: number, width: number): number[] =>
  Array.from({ length: width }, (_, k) => Math.floor((units + width - 1 - k) / width));

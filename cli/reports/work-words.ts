/**
 * What the work of a graph is known from, in words: FLOP counts, measured times, or neither.
 * "Measured times" is said only where ops have them.
 */
import { formatCount } from "../../results/text/format.ts";

export interface WorkFacts {
  readonly ops: number;
  readonly flops: number;
  /** Ops with a measured time for some device kind. */
  readonly measuredOps: number;
}

/** `measured times`, `1.2 GFLOP`, `1.2 GFLOP, measured times of 3 of 40 ops` or `0 FLOP`. */
export function workWords(facts: WorkFacts, flopWords: (flops: number) => string): string {
  const { flops } = facts;
  if (facts.measuredOps === 0) return flops === 0 ? "0 FLOP, no measured times" : flopWords(flops);
  return flops === 0 ? measuredWords(facts) : `${flopWords(flops)}, ${measuredWords(facts)}`;
}

function measuredWords({ ops, measuredOps }: WorkFacts): string {
  if (measuredOps === ops) return "measured times";
  return `measured times of ${formatCount(measuredOps)} of ${formatCount(ops)} ops`;
}

/**
 * Blocks of torchgpipe's published solver, and the least possible largest cost. Where an answer
 * depends on rounding, the answer of exact fractions is accepted too.
 */

import { minMaxLengths } from "../../../agents/exact/cuts/stage-cuts.ts";
import { blockPartition } from "../../../agents/search/lines/block-partition.ts";
import type { Compared, GoldenCheck } from "./contract.ts";

interface Row {
  readonly id: string;
  readonly k: number;
  readonly costs: readonly number[];
  readonly lengths: readonly number[];
  /** Of the partition of `lengths`. */
  readonly max: number;
  readonly optimum: number;
  readonly roundingDependent: boolean;
  readonly exactLengths?: readonly number[];
}

export const torchgpipeBlockpartition: GoldenCheck = {
  name: "torchgpipe-blockpartition",
  tolerance: 0,
  *compare(content) {
    for (const row of (content as { readonly rows: readonly Row[] }).rows) yield* compareRow(row);
  },
};

function* compareRow(row: Row): Iterable<Compared> {
  const { published, lengths } = blockPartition(row.costs, row.k);
  const blocks = published ?? spans(lengths);
  const found = blocks.map(({ start, end }) => end - start);
  const isExact = row.roundingDependent && String(found) === String(row.exactLengths);
  const expected = isExact ? row.exactLengths! : row.lengths;
  yield { row: row.id, expected, found };
  const max = isExact ? largest(row.costs, spans(expected)) : row.max;
  yield { row: row.id, expected: max, found: largest(row.costs, blocks) };
  const optimal = spans(minMaxLengths(row.costs, row.k));
  yield { row: row.id, expected: row.optimum, found: largest(row.costs, optimal) };
}

type Span = { readonly start: number; readonly end: number };

function spans(lengths: readonly number[]): Span[] {
  let end = 0;
  return lengths.map((length) => {
    end += length;
    return { start: end - length, end };
  });
}

const largest = (costs: readonly number[], blocks: readonly Span[]) =>
  Math.max(...blocks.map(({ start, end }) => costs.slice(start, end).reduce((sum, cost) => sum + cost, 0)));

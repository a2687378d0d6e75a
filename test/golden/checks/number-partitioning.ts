/**
 * number-partitioning: loads of longest first, the largest load of differencing and the smallest
 * largest load. Other loads of differencing may depend on ties.
 */
import { differencing } from "../../../agents/exact/sharding/balance/differencing.ts";
import { longestFirst } from "../../../agents/exact/sharding/balance/longest-first.ts";
import { largest, smallestLargestLoad } from "../../../agents/exact/sharding/balance/smallest-largest.ts";
import type { GoldenCheck } from "./contract.ts";

interface Row {
  readonly G: number;
  readonly weights: readonly number[];
  readonly lpt: readonly number[];
  readonly kk: readonly number[];
  readonly optimalMax: number;
  readonly kkTieDependent: boolean;
}

const descendingLoads = (loads: Float64Array): number[] => [...loads].sort((a, b) => b - a);

export const numberPartitioning: GoldenCheck = {
  name: "number-partitioning",
  tolerance: 0,
  *compare(content) {
    for (const [number, golden] of (content as { rows: readonly Row[] }).rows.entries()) {
      const row = `row ${number}`;
      const { G, weights, lpt, kk, optimalMax, kkTieDependent } = golden;
      yield { row, expected: lpt, found: descendingLoads(longestFirst(weights, G)!.loads) };
      if (!kkTieDependent) yield { row, expected: kk[0], found: largest(differencing(weights, G).loads) };
      yield { row, expected: optimalMax, found: largest(smallestLargestLoad(weights, G).loads) };
    }
  },
};

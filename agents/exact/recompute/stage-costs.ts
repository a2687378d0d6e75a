/**
 * What each range of units costs vPipe as each stage: compute, recomputation, and what swaps and
 * transfers take beyond compute. The treatment of the activations is exact or greedy.
 */
import { greedyTreatment } from "./greedy-treatment.ts";
import {
  excessBytes,
  exposedTransferUs,
  type MemoryChain,
  type MemorySetting,
  type RangeSums,
  rangeSums,
} from "./memory-chain.ts";
import { type Knapsack, knapsack, type StageTreatment } from "./stage-treatment.ts";

export interface StageCosts {
  readonly sums: RangeSums;
  /** Time of a stage for one micro-batch; infinite where it cannot fit its memory. */
  costUs(stage: number, start: number, end: number): number;
  /** What it does with its units; null where it cannot fit. */
  treatment(stage: number, start: number, end: number): StageTreatment | null;
  /** Bytes of one micro-batch by which it cannot fit its memory even where it keeps nothing. */
  shortBytes(stage: number, start: number, end: number): number;
}

export function stageCosts(
  chain: MemoryChain,
  setting: MemorySetting,
  search: "exact" | "greedy",
): StageCosts {
  const sums = rangeSums(chain);
  const cache = new Map<number, number>();
  const sized = sizedKnapsacks(chain, setting);
  const bytesOf = (stage: number, start: number, end: number) =>
    excessBytes(sums, setting, stage, start, end);
  const treatment = (stage: number, start: number, end: number): StageTreatment | null => {
    const bytes = bytesOf(stage, start, end);
    if (bytes <= 0) return { addedUs: 0, of: new Array(end - start).fill("keep") };
    if (bytes > sums.activationBytes(start, end)) return null;
    const computeUs = sums.computeUs(start, end);
    const greedy = greedyTreatment(chain, setting, { start, end }, bytes, computeUs);
    if (search === "greedy") return greedy;
    const exact = sized(start, end).least(bytes, computeUs);
    // Rounding to quanta can hide a choice from the knapsack.
    return exact === null || (greedy !== null && greedy.addedUs < exact.addedUs) ? greedy : exact;
  };
  return {
    sums,
    treatment,
    shortBytes: (stage, start, end) =>
      Math.max(0, bytesOf(stage, start, end) - sums.activationBytes(start, end)),
    costUs(stage, start, end) {
      const key = (stage * (chain.count + 1) + start) * (chain.count + 1) + end;
      const known = cache.get(key);
      if (known !== undefined) return known;
      const computeUs = sums.computeUs(start, end);
      const added = treatment(stage, start, end)?.addedUs ?? Number.POSITIVE_INFINITY;
      const cost = computeUs + added + exposedTransferUs(chain, setting, computeUs, start, end);
      cache.set(key, cost);
      return cost;
    },
  };
}

/** Knapsacks of ranges; each grows from the longest known one with the same start. */
function sizedKnapsacks(chain: MemoryChain, setting: MemorySetting) {
  const known = new Map<number, Knapsack[]>();
  return (start: number, end: number): Knapsack => {
    const ofStart = known.get(start) ?? [knapsack(chain, setting, start)];
    known.set(start, ofStart);
    while (ofStart.length <= end - start) ofStart.push(ofStart[ofStart.length - 1].extended());
    return ofStart[end - start];
  };
}

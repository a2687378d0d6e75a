/**
 * Orders of states in which PipeDream's interval program looks for the best cut (interval-row.ts),
 * and the least value in blocks of such an order.
 *
 * The work of a state is what a last stage after it saves. That is its time on the machines below,
 * and the synchronisation of its weights where the two add up. The difference of the work of two
 * states divided by the replicas is never above the time of the stage between them.
 */
import type { LevelCosts } from "./interval-costs.ts";
import type { IntervalStates } from "./interval-states.ts";

export interface StageOrder {
  readonly work: Float64Array;
  /** States by ascending work, and the place of each. */
  readonly byWork: Int32Array;
  readonly rank: Int32Array;
  /** Does the work bound times from below? */
  readonly isBound: boolean;
}

export function stageOrder(costs: LevelCosts, replicas: number, comparable: boolean): StageOrder {
  const { states, machinesBelow, overlaps, laterSyncUs, rangeUs } = costs;
  const perByteUs = overlaps ? 0 : laterSyncUs[replicas];
  const work = states.timeUs.map((us, j) => us / machinesBelow + perByteUs * states.weightBytes[j]);
  const byWork = Int32Array.from(work.keys()).sort((a, b) => work[a] - work[b] || a - b);
  const rank = new Int32Array(states.count);
  byWork.forEach((state, i) => {
    rank[state] = i;
  });
  return { work, byWork, rank, isBound: comparable || rangeUs === null || !mayLoseWeights(states) };
}

/**
 * The published program also forms ranges from a state to one that it does not lead to, and their
 * weights may be negative. Then a time of the level below may be shorter than its work allows.
 */
function mayLoseWeights({ count, weightBytes }: IntervalStates): boolean {
  for (let j = 1; j < count; j++) if (weightBytes[j] < weightBytes[j - 1]) return true;
  return false;
}

/** Places in a block, and blocks in a block of blocks, as a shift. */
const SHIFT = 4;

/** The least of the values at the places of each block, and of each block of blocks. */
export class LeastOfBlocks {
  readonly #small: Float64Array;
  readonly #large: Float64Array;

  constructor(count: number) {
    this.#small = new Float64Array((count >> SHIFT) + 1);
    this.#large = new Float64Array((count >> (2 * SHIFT)) + 1);
  }

  clear(): void {
    this.#small.fill(Number.POSITIVE_INFINITY);
    this.#large.fill(Number.POSITIVE_INFINITY);
  }

  add(place: number, value: number): void {
    if (value < this.#small[place >> SHIFT]) this.#small[place >> SHIFT] = value;
    if (value < this.#large[place >> (2 * SHIFT)]) this.#large[place >> (2 * SHIFT)] = value;
  }

  /** The place, or the one before its block (of blocks) where no value there is below the limit. */
  skip(place: number, limit: number): number {
    const large = place >> (2 * SHIFT);
    if (this.#large[large] >= limit) return (large << (2 * SHIFT)) - 1;
    return this.#small[place >> SHIFT] >= limit ? startOfBlock(place) - 1 : place;
  }
}

export const startOfBlock = (place: number): number => (place >> SHIFT) << SHIFT;

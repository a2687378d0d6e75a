/** Brute force over all ways to put weights into bins. */
import type { BinMemory } from "../../../../../agents/exact/sharding/balance/longest-first.ts";

/** The least largest load; null where no way keeps every bin within its memory. */
export function leastWithinMemory(
  weights: readonly number[],
  binCount: number,
  memory?: BinMemory,
): number | null {
  const loads = new Float64Array(binCount);
  const filled = new Float64Array(binCount);
  let least: number | null = null;
  const search = (item: number): void => {
    if (item === weights.length) {
      const largest = Math.max(...loads);
      if (least === null || largest < least) least = largest;
      return;
    }
    const bytes = memory?.bytes[item] ?? 0;
    for (let bin = 0; bin < binCount; bin++) {
      if (memory !== undefined && filled[bin] + bytes > memory.limit) continue;
      loads[bin] += weights[item];
      filled[bin] += bytes;
      search(item + 1);
      loads[bin] -= weights[item];
      filled[bin] -= bytes;
    }
  };
  search(0);
  return least;
}

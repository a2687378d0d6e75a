/**
 * Brings bins that were filled by load alone within their memory. Neo's Karmarkar-Karp needs such a
 * pass and its paper does not say which (Mudigere et al., ISCA 2022). Ours moves one item or swaps
 * two. Each change lessens the bytes above the limits; among those that lessen them most it takes
 * the one of least largest load, then the first.
 */
import type { BinMemory, Bins } from "./longest-first.ts";

/** Null where no single move or swap helps any more; another start may do. */
export function withinMemory(bins: Bins, weights: readonly number[], memory: BinMemory): Bins | null {
  const binOf = bins.binOf.slice();
  const loads = bins.loads.slice();
  const filled = new Float64Array(loads.length);
  binOf.forEach((bin, item) => {
    filled[bin] += memory.bytes[item];
  });
  const above = (bytes: number) => Math.max(0, bytes - memory.limit);
  while (filled.some((bytes) => bytes > memory.limit)) {
    const change = bestChange();
    if (change === null) return null;
    for (const [item, to] of change) {
      loads[binOf[item]] -= weights[item];
      filled[binOf[item]] -= memory.bytes[item];
      binOf[item] = to;
      loads[to] += weights[item];
      filled[to] += memory.bytes[item];
    }
  }
  return { binOf, loads };

  /** Items with their new bins. */
  function bestChange(): readonly (readonly [number, number])[] | null {
    let best: { readonly gain: number; readonly load: number; readonly moves: [number, number][] } | null =
      null;
    const offer = (from: number, to: number, bytes: number, weight: number, moves: [number, number][]) => {
      const before = above(filled[from]) + above(filled[to]);
      const gain = before - above(filled[from] - bytes) - above(filled[to] + bytes);
      const load = Math.max(loads[from] - weight, loads[to] + weight);
      if (gain <= 0 || (best !== null && (gain < best.gain || (gain === best.gain && load >= best.load))))
        return;
      best = { gain, load, moves };
    };
    for (const [item, from] of binOf.entries()) {
      if (filled[from] <= memory.limit) continue;
      for (let to = 0; to < loads.length; to++)
        if (to !== from) offer(from, to, memory.bytes[item], weights[item], [[item, to]]);
      for (const [other, to] of binOf.entries()) {
        if (to === from) continue;
        const bytes = memory.bytes[item] - memory.bytes[other];
        offer(from, to, bytes, weights[item] - weights[other], [
          [item, to],
          [other, from],
        ]);
      }
    }
    return best === null ? null : (best as { moves: [number, number][] }).moves;
  }
}

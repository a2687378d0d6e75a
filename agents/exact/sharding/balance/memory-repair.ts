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

  /** Of all moves and swaps out of a bin that is too full. */
  function bestChange(): readonly Move[] | null {
    let best: { readonly gain: number; readonly load: number; readonly moves: readonly Move[] } | null = null;
    for (const { from, to, bytes, weight, moves } of changes()) {
      const gain =
        above(filled[from]) + above(filled[to]) - above(filled[from] - bytes) - above(filled[to] + bytes);
      if (gain <= 0) continue;
      const load = Math.max(loads[from] - weight, loads[to] + weight);
      if (best === null || gain > best.gain || (gain === best.gain && load < best.load))
        best = { gain, load, moves };
    }
    return best?.moves ?? null;
  }

  function* changes(): Iterable<Change> {
    for (const [item, from] of binOf.entries()) {
      if (filled[from] <= memory.limit) continue;
      const [bytes, weight] = [memory.bytes[item], weights[item]];
      for (let to = 0; to < loads.length; to++)
        if (to !== from) yield { from, to, bytes, weight, moves: [[item, to]] };
      for (const [other, to] of binOf.entries())
        if (to !== from)
          yield {
            from,
            to,
            bytes: bytes - memory.bytes[other],
            weight: weight - weights[other],
            moves: [
              [item, to],
              [other, from],
            ],
          };
    }
  }
}

/** An item and its new bin. */
type Move = readonly [item: number, to: number];

/** What leaves one bin for another, the difference of both for a swap. */
interface Change {
  readonly from: number;
  readonly to: number;
  readonly bytes: number;
  readonly weight: number;
  readonly moves: readonly Move[];
}

/**
 * Makes a chain of fewer layers. Cuts go one by one, those with most bytes first. A cut stays where
 * the merged layer would be long, so that stages can still be of equal length. The limit doubles
 * until few enough layers are left.
 */

export interface CuttableChain {
  readonly count: number;
  /** Times of the first device type, us; those of other types follow. */
  readonly forwardUs: Float64Array;
  readonly backwardUs: Float64Array;
  /** What crosses the cut after each layer. */
  readonly cutBytes: Float64Array;
}

/** New number of each layer; numbers are in the same order and without gaps. */
export function thinnedCuts(chain: CuttableChain, most: number): Int32Array {
  const { count, cutBytes } = chain;
  const us = Float64Array.from({ length: count }, (_, i) => chain.forwardUs[i] + chain.backwardUs[i]);
  const isCut = new Uint8Array(count).fill(1);
  const order = [...cutBytes.keys()].slice(0, -1).sort((a, b) => cutBytes[b] - cutBytes[a] || a - b);
  let left = count;
  for (let limitUs = us.reduce((sum, each) => sum + each, 0) / most; left > most; limitUs *= 2)
    for (const cut of order) {
      if (left <= most) break;
      if (isCut[cut] === 0 || mergedUs(us, isCut, cut) > limitUs) continue;
      isCut[cut] = 0;
      left--;
    }
  const number = new Int32Array(count);
  for (let i = 1; i < count; i++) number[i] = number[i - 1] + isCut[i - 1];
  return number;
}

/** Time of the layer that takes the place of those on both sides of a cut. */
function mergedUs(us: Float64Array, isCut: Uint8Array, cut: number): number {
  let sum = us[cut] + us[cut + 1];
  for (let i = cut - 1; i >= 0 && isCut[i] === 0; i--) sum += us[i];
  for (let i = cut + 1; i + 1 < us.length && isCut[i] === 0; i++) sum += us[i + 1];
  return sum;
}

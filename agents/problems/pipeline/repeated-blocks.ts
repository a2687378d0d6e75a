/**
 * The repeated blocks of a chain of layers, such as the layers of a Transformer. They are the
 * longest run that repeats one pattern of times and bytes. Planners that cut into equal numbers of
 * blocks use it.
 *
 * Where a run is longer than a whole number of blocks, the blocks begin where least is sent between
 * them.
 */
import { prefixSums } from "../prefix-sums.ts";

export interface RepeatedBlocks {
  /** The first layer of the first block. */
  readonly from: number;
  /** Layers of each block. */
  readonly period: number;
  readonly blocks: number;
}

export interface BlockColumns {
  /** Columns of shape [layers] that are equal where layers are. */
  readonly alike: readonly Float64Array[];
  readonly us: Float64Array;
  readonly cutBytes: Float64Array;
}

/** Longer patterns are not looked for. */
const MOST_PERIOD = 512;
/** Time that the blocks take at least, as a share of the chain's. */
const LEAST_SHARE = 0.5;

/** Null where no pattern repeats itself over at least half of the time. */
export function repeatedBlocks({ alike, us, cutBytes }: BlockColumns): RepeatedBlocks | null {
  const count = us.length;
  const kind = kindsOf(alike, count);
  const sums = prefixSums(us);
  let best: RepeatedBlocks | null = null;
  let mostUs = LEAST_SHARE * sums[count];
  for (let period = 1; period <= Math.min(MOST_PERIOD, count / 2); period++)
    for (const { from, to } of runsOf(kind, period)) {
      const blocks = Math.floor((to - from) / period);
      const start = lightestStart(cutBytes, { from, period, blocks }, to);
      const coveredUs = sums[start + blocks * period] - sums[start];
      // A multiple of a period covers as much; the shorter one came first.
      if (coveredUs <= mostUs * (1 + ROUNDING)) continue;
      mostUs = coveredUs;
      best = { from: start, period, blocks };
    }
  return best;
}

const ROUNDING = 1e-9;

/** Number of each layer's kind: those of one kind are equal in all columns. */
function kindsOf(alike: readonly Float64Array[], count: number): Int32Array {
  const numbers = new Map<string, number>();
  return Int32Array.from({ length: count }, (_, v) => {
    const key = alike.map((column) => column[v].toPrecision(9)).join();
    if (!numbers.has(key)) numbers.set(key, numbers.size);
    return numbers.get(key)!;
  });
}

/** Longest runs of layers that repeat themselves after the period, at least twice as long as it. */
function runsOf(kind: Int32Array, period: number): { from: number; to: number }[] {
  const runs: { from: number; to: number }[] = [];
  let from = 0;
  for (let v = period; v <= kind.length; v++) {
    if (v < kind.length && kind[v] === kind[v - period]) continue;
    if (v - from >= 2 * period) runs.push({ from, to: v });
    from = v - period + 1;
  }
  return runs;
}

/** Of the starts that leave room for all blocks, the one with least bytes between blocks. */
function lightestStart(cutBytes: Float64Array, { from, period, blocks }: RepeatedBlocks, to: number): number {
  let best = from;
  for (let start = from + 1; start + blocks * period <= to; start++)
    if (cutBytes[start + period - 1] < cutBytes[best + period - 1]) best = start;
  return best;
}

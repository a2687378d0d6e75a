/**
 * torchgpipe's balancing of a sequence over partitions (Kim et al., "torchgpipe: On-the-fly
 * Pipeline Parallelism for Training Giant Models", 2020, after the block partitions of sequences of
 * Bárány and Grinberg, 2013). The sums of its blocks differ by at most one largest element. That is
 * not the least possible largest sum; `partitionChain` finds that one.
 *
 * Costs are scaled to 0 .. 1 first, as in the published program. A sequence of equal costs then has
 * only zeros, and keeps its first split: blocks of equal length, with the remainder in the last.
 */
import { InputError } from "../../../env/model/errors.ts";

/**
 * Sums of costs differ by rounding; without this tolerance two blocks could exchange an element
 * forever.
 */
const ROUNDING = 1e-12;

/** Lengths of the blocks, in order. */
export function blockPartition(costs: ArrayLike<number>, blocks: number): number[] {
  const length = costs.length;
  if (!Number.isInteger(blocks) || blocks < 1)
    throw new InputError(`A sequence cannot be cut into ${blocks} blocks, expected at least 1.`);
  if (length < blocks)
    throw new InputError(`A sequence of ${length} cannot be cut into ${blocks} blocks of at least one each.`);

  const scaled = scale(costs);
  // Block b is [start[b], start[b + 1]).
  const start = Array.from({ length: blocks + 1 }, (_, b) =>
    b < blocks ? b * Math.floor(length / blocks) : length,
  );
  const sizeOf = (b: number) => {
    let sum = 0;
    for (let i = start[b]; i < start[b + 1]; i++) sum += scaled[i];
    return sum;
  };
  for (;;) {
    const sizes = Array.from({ length: blocks }, (_, b) => sizeOf(b));
    // Among equal blocks the last is the largest and the first the smallest, as in the published
    // program.
    const largest = sizes.lastIndexOf(Math.max(...sizes));
    const largestSize = sizes[largest];
    for (let giver = -1; giver !== largest; ) {
      const now = Array.from({ length: blocks }, (_, b) => sizeOf(b));
      const smallest = now.indexOf(Math.min(...now));
      if (largestSize <= now[smallest] + 1 + ROUNDING)
        return Array.from({ length: blocks }, (_, b) => start[b + 1] - start[b]);
      const step = largest < smallest ? -1 : 1;
      giver = smallest + step;
      // An empty block has nothing to give. It is as small as the smallest, and receives instead.
      while (start[giver] === start[giver + 1]) giver += step;
      if (step === -1) start[giver + 1]--;
      else start[giver]++;
    }
  }
}

function scale(costs: ArrayLike<number>): Float64Array {
  const values = Float64Array.from(costs);
  const least = values.reduce((a, b) => Math.min(a, b));
  const most = values.reduce((a, b) => Math.max(a, b));
  return values.map((cost) => (most === least ? 0 : (cost - least) / (most - least)));
}

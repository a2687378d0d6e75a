/**
 * Min-max chain partition: cuts a sequence of groups into contiguous blocks, block k for device k.
 * The slowest block is as fast as possible. The dynamic program is exact for any run times:
 * O(devices x groups^2).
 *
 * A block may be empty. Pass the time of a group that a device cannot run as `Infinity`.
 */

/**
 * @param computeUs time of group g on the k-th device at [g * blocks + k]
 * @returns for each group the index of its block, or null if no partition has a finite time
 */
export function partitionChain(computeUs: Float64Array, blocks: number): Int32Array | null {
  const groups = computeUs.length / blocks;
  // slowest[k][g]: the least possible time of the slowest block, for the first g groups on the
  // first k devices.
  const slowest = Array.from({ length: blocks + 1 }, () =>
    new Float64Array(groups + 1).fill(Number.POSITIVE_INFINITY),
  );
  const cutBefore = Array.from({ length: blocks + 1 }, () => new Int32Array(groups + 1));
  slowest[0][0] = 0;
  for (let k = 1; k <= blocks; k++)
    for (let end = 0; end <= groups; end++) {
      let blockUs = 0;
      for (let start = end; start >= 0; start--) {
        if (start < end) blockUs += computeUs[start * blocks + k - 1];
        if (blockUs >= slowest[k][end]) break;
        const value = Math.max(slowest[k - 1][start], blockUs);
        if (value >= slowest[k][end]) continue;
        slowest[k][end] = value;
        cutBefore[k][end] = start;
      }
    }
  if (slowest[blocks][groups] === Number.POSITIVE_INFINITY) return null;
  const block = new Int32Array(groups);
  for (let k = blocks, end = groups; k > 0; k--) {
    const start = cutBefore[k][end];
    block.fill(k - 1, start, end);
    end = start;
  }
  return block;
}

/**
 * DAPPLE's latency of one global batch (Fan et al., PPoPP 2021). Transfers between
 * stages are stages too, without weights.
 *
 *   warm-up  sum of F(s), s = 0..Q
 *   steady   (M-1) (F(Q) + B(Q))
 *   ending   max over s of allReduce(s) + (sum of B(a), a = s..Q) for s <= Q,
 *            and of allReduce(s) - (sum of B(a), a = Q..s) for s > Q
 *
 * The pivot Q is the stage with the fewest bubbles. It starts as the last stage; going backwards,
 * stage s takes its place where
 *
 *   (M-1) (F(s) + B(s)) > (M-1) (F(Q) + B(Q)) + sum of F(a) + B(a), a = s+1..Q-1
 */

/** Times of one micro-batch, the all-reduce once for all; stages in their order. */
export interface PivotStages {
  readonly forward: ArrayLike<number>;
  readonly backward: ArrayLike<number>;
  readonly allReduce: ArrayLike<number>;
}

export function pivotOf({ forward, backward }: PivotStages, microBatches: number): number {
  let pivot = forward.length - 1;
  let between = 0;
  for (let s = forward.length - 2; s >= 0; s--) {
    const [own, pivots] = [forward[s] + backward[s], forward[pivot] + backward[pivot]];
    if ((microBatches - 1) * own > (microBatches - 1) * pivots + between) {
      pivot = s;
      between = 0;
    } else between += own;
  }
  return pivot;
}

export function pivotLatency(stages: PivotStages, microBatches: number): number {
  const { forward, backward, allReduce } = stages;
  const pivot = pivotOf(stages, microBatches);
  let latency = (microBatches - 1) * (forward[pivot] + backward[pivot]);
  for (let s = 0; s <= pivot; s++) latency += forward[s];
  let ending = 0;
  for (let s = pivot, sum = 0; s >= 0; s--) {
    sum += backward[s];
    ending = Math.max(ending, allReduce[s] + sum);
  }
  for (let s = pivot + 1, sum = backward[pivot]; s < forward.length; s++) {
    sum += backward[s];
    ending = Math.max(ending, allReduce[s] - sum);
  }
  return latency + ending;
}

/**
 * The time of one batch under DAPPLE's early backward schedule, policy PA without a limit of
 * memory. Stage i of S runs S - i forward passes, then backward and forward passes in turn.
 */
import type { PivotStages } from "../../../../../agents/exact/stages/dapple/pivot.ts";

export function earlyBackward(
  { forward, backward, allReduce }: PivotStages,
  microBatches: number,
  warmUpOf: (stage: number, count: number) => number = (s, count) => count - s,
): number {
  const count = forward.length;
  const forwardEnd = Array.from({ length: count }, () => new Float64Array(microBatches));
  const backwardEnd = Array.from({ length: count }, () => new Float64Array(microBatches));
  const queues = Array.from({ length: count }, (_, s) =>
    orderOf(Math.min(warmUpOf(s, count), microBatches), microBatches),
  );
  const free = new Float64Array(count);
  const at = new Int32Array(count);
  for (let moved = true; moved; ) {
    moved = false;
    for (let s = 0; s < count; s++)
      while (at[s] < queues[s].length) {
        const { isForward, m } = queues[s][at[s]];
        const last = s === count - 1;
        const ready = isForward
          ? s === 0
            ? 0
            : forwardEnd[s - 1][m]
          : last
            ? forwardEnd[s][m]
            : backwardEnd[s + 1][m];
        if (ready === 0 && !(isForward && s === 0)) break;
        const end = Math.max(ready, free[s]) + (isForward ? forward[s] : backward[s]);
        (isForward ? forwardEnd : backwardEnd)[s][m] = end;
        free[s] = end;
        at[s]++;
        moved = true;
      }
  }
  return free.reduce((latest, end, s) => Math.max(latest, end + allReduce[s]), 0);
}

function orderOf(warmUp: number, microBatches: number) {
  const order = Array.from({ length: warmUp }, (_, m) => ({ isForward: true, m }));
  for (let m = 0; m < microBatches; m++) {
    order.push({ isForward: false, m });
    if (warmUp + m < microBatches) order.push({ isForward: true, m: warmUp + m });
  }
  return order;
}

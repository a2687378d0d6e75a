/**
 * The preemptive one-machine schedule of Jackson (1955; Carlier, European J. Operational Research 1982): of the ops that have been
 * released the one with the longest tail runs, and the latest end with its tail is the least that any schedule of one machine can
 * take, preempted or not. It equals the largest of (least head) + (work) + (least tail) over all sets of the ops.
 */
export function jacksonUs(
  ops: readonly number[],
  headUs: Float64Array,
  runUs: Float64Array,
  tailUs: Float64Array,
): number {
  const byHead = [...ops].sort((a, b) => headUs[a] - headUs[b]);
  const heap = createTailHeap(ops.length, tailUs);
  const left = new Map<number, number>();
  let nowUs = 0;
  let latestUs = 0;
  for (let next = 0; next < byHead.length || heap.size() > 0; ) {
    if (heap.size() === 0) nowUs = Math.max(nowUs, headUs[byHead[next]]);
    for (; next < byHead.length && headUs[byHead[next]] <= nowUs; next++) {
      left.set(byHead[next], runUs[byHead[next]]);
      heap.push(byHead[next]);
    }
    const op = heap.top();
    const restUs = left.get(op)!;
    const untilUs = next < byHead.length ? headUs[byHead[next]] : Number.POSITIVE_INFINITY;
    if (nowUs + restUs > untilUs) {
      left.set(op, restUs - (untilUs - nowUs));
      nowUs = untilUs;
      continue;
    }
    heap.pop();
    nowUs += restUs;
    latestUs = Math.max(latestUs, nowUs + tailUs[op]);
  }
  return latestUs;
}

/** A binary heap with the longest tail on top. */
function createTailHeap(capacity: number, tailUs: Float64Array) {
  const heap = new Int32Array(capacity);
  let size = 0;
  const isBefore = (a: number, b: number) => tailUs[a] > tailUs[b];
  return {
    size: () => size,
    top: () => heap[0],
    push(op: number): void {
      let i = size++;
      for (; i > 0 && isBefore(op, heap[(i - 1) >> 1]); i = (i - 1) >> 1) heap[i] = heap[(i - 1) >> 1];
      heap[i] = op;
    },
    pop(): void {
      const last = heap[--size];
      let i = 0;
      for (;;) {
        let child = 2 * i + 1;
        if (child >= size) break;
        if (child + 1 < size && isBefore(heap[child + 1], heap[child])) child++;
        if (!isBefore(heap[child], last)) break;
        heap[i] = heap[child];
        i = child;
      }
      heap[i] = last;
    },
  };
}

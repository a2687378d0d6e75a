/** A heap of ready ops: the largest key first, equal keys in topological order. */
export interface ReadyHeap {
  push(op: number): void;
  /** The first op, -1 where there is none. */
  pop(): number;
}

/** Pre: the keys of ops in the heap do not change. */
export function createReadyHeap(key: Float64Array, position: Int32Array): ReadyHeap {
  const heap: number[] = [];
  const goesBefore = (a: number, b: number) =>
    key[a] > key[b] || (key[a] === key[b] && position[a] < position[b]);
  return {
    push(op) {
      let i = heap.push(op) - 1;
      while (i > 0) {
        const parent = (i - 1) >> 1;
        if (goesBefore(heap[parent], op)) break;
        heap[i] = heap[parent];
        i = parent;
      }
      heap[i] = op;
    },
    pop() {
      if (heap.length === 0) return -1;
      const first = heap[0];
      const last = heap.pop()!;
      if (heap.length === 0) return first;
      let i = 0;
      for (let child = 1; child < heap.length; child = 2 * i + 1) {
        if (child + 1 < heap.length && goesBefore(heap[child + 1], heap[child])) child++;
        if (goesBefore(last, heap[child])) break;
        heap[i] = heap[child];
        i = child;
      }
      heap[i] = last;
      return first;
    },
  };
}

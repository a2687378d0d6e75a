/** A binary heap of pairs of groups: least work first, then the smaller numbers. */
export interface WeighedPair {
  readonly from: number;
  readonly into: number;
  readonly work: number;
  /** A number by which the caller tells whether the pair is still as it was. */
  readonly stamp: number;
}

export interface PairHeap {
  push(pair: WeighedPair): void;
  pop(): WeighedPair | undefined;
}

const comesBefore = (a: WeighedPair, b: WeighedPair): boolean =>
  (a.work - b.work || a.from - b.from || a.into - b.into) < 0;

export function createPairHeap(): PairHeap {
  const heap: WeighedPair[] = [];
  return {
    push(pair) {
      let i = heap.length;
      heap.push(pair);
      for (let parent = (i - 1) >> 1; i > 0 && comesBefore(pair, heap[parent]); parent = (i - 1) >> 1) {
        heap[i] = heap[parent];
        i = parent;
      }
      heap[i] = pair;
    },
    pop() {
      const top = heap[0];
      const last = heap.pop();
      if (last === undefined || heap.length === 0) return last;
      let i = 0;
      for (;;) {
        let child = 2 * i + 1;
        if (child + 1 < heap.length && comesBefore(heap[child + 1], heap[child])) child++;
        if (child >= heap.length || !comesBefore(heap[child], last)) break;
        heap[i] = heap[child];
        i = child;
      }
      heap[i] = last;
      return top;
    },
  };
}

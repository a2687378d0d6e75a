/**
 * Vertices waiting to move, in one binary heap for each part that they would leave: largest gain
 * first, then by rank, a random permutation that makes equal gains fall differently from run to
 * run. A vertex is in at most one heap.
 */
export interface GainHeaps {
  /**
   * Puts the vertex into the heap of a part, or moves it there, or to its place under the new gain.
   */
  put(v: number, part: number, gain: number): void;
  remove(v: number): void;
  /** The vertex on top, or -1. */
  top(part: number): number;
  readonly gain: Float64Array;
  clear(): void;
}

export function createGainHeaps(rank: Int32Array, partCount: number): GainHeaps {
  const heaps: number[][] = Array.from({ length: partCount }, () => []);
  const place = new Int32Array(rank.length).fill(-1);
  const heapOf = new Int32Array(rank.length);
  const gain = new Float64Array(rank.length);
  const before = (a: number, b: number): boolean =>
    gain[a] > gain[b] || (gain[a] === gain[b] && rank[a] < rank[b]);

  const sift = (heap: number[], v: number): void => {
    let i = place[v];
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (!before(v, heap[parent])) break;
      heap[i] = heap[parent];
      place[heap[i]] = i;
      i = parent;
    }
    for (;;) {
      let child = 2 * i + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && before(heap[child + 1], heap[child])) child++;
      if (!before(heap[child], v)) break;
      heap[i] = heap[child];
      place[heap[i]] = i;
      i = child;
    }
    heap[i] = v;
    place[v] = i;
  };
  const remove = (v: number): void => {
    if (place[v] === -1) return;
    const heap = heaps[heapOf[v]];
    const last = heap.pop()!;
    if (last !== v) {
      place[last] = place[v];
      heap[place[last]] = last;
      sift(heap, last);
    }
    place[v] = -1;
  };

  return {
    gain,
    put(v, part, value) {
      if (place[v] !== -1 && heapOf[v] !== part) remove(v);
      gain[v] = value;
      if (place[v] === -1) {
        heapOf[v] = part;
        place[v] = heaps[part].length;
        heaps[part].push(v);
      }
      sift(heaps[part], v);
    },
    remove,
    top: (part) => heaps[part][0] ?? -1,
    clear() {
      for (const heap of heaps) {
        for (const v of heap) place[v] = -1;
        heap.length = 0;
      }
    },
  };
}

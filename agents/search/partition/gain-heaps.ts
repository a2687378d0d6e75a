/**
 * Vertices that wait to move, in one binary heap for each part that they would leave. Order:
 * largest gain first, then by rank. The rank is a random permutation, so that equal gains are
 * ordered differently from run to run. A vertex is in at most one heap.
 */
const NOT_IN_HEAP = -1;

export class GainHeaps {
  readonly gain: Float64Array;
  private readonly rank: Int32Array;
  private readonly heaps: number[][];
  /** Heap of each vertex, and its place there. */
  private readonly heapOf: Int32Array;
  private readonly place: Int32Array;

  constructor(rank: Int32Array, partCount: number) {
    this.gain = new Float64Array(rank.length);
    this.rank = rank;
    this.heaps = Array.from({ length: partCount }, () => []);
    this.heapOf = new Int32Array(rank.length);
    this.place = new Int32Array(rank.length).fill(NOT_IN_HEAP);
  }

  /** Puts the vertex into the heap of a part, at the place of its new gain. */
  put(v: number, part: number, gain: number): void {
    if (this.place[v] !== NOT_IN_HEAP && this.heapOf[v] !== part) this.remove(v);
    const heap = this.heaps[part];
    this.gain[v] = gain;
    if (this.place[v] === NOT_IN_HEAP) {
      this.heapOf[v] = part;
      this.place[v] = heap.length;
      heap.push(v);
    }
    this.sift(heap, v);
  }

  remove(v: number): void {
    const place = this.place[v];
    if (place === NOT_IN_HEAP) return;
    const heap = this.heaps[this.heapOf[v]];
    const last = heap.pop()!;
    if (last !== v) {
      this.place[last] = place;
      heap[place] = last;
      this.sift(heap, last);
    }
    this.place[v] = NOT_IN_HEAP;
  }

  /** The vertex on top of a part's heap, or -1. */
  top(part: number): number {
    return this.heaps[part][0] ?? -1;
  }

  clear(): void {
    for (const heap of this.heaps) {
      for (const v of heap) this.place[v] = NOT_IN_HEAP;
      heap.length = 0;
    }
  }

  /** Moves the vertex up, then down, to where its gain belongs. */
  private sift(heap: number[], v: number): void {
    const place = this.place;
    let i = place[v];
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (!this.before(v, heap[parent])) break;
      heap[i] = heap[parent];
      place[heap[i]] = i;
      i = parent;
    }
    for (;;) {
      let child = 2 * i + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && this.before(heap[child + 1], heap[child])) child++;
      if (!this.before(heap[child], v)) break;
      heap[i] = heap[child];
      place[heap[i]] = i;
      i = child;
    }
    heap[i] = v;
    place[v] = i;
  }

  private before(a: number, b: number): boolean {
    const { gain } = this;
    return gain[a] > gain[b] || (gain[a] === gain[b] && this.rank[a] < this.rank[b]);
  }
}

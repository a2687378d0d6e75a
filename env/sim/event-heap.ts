/**
 * A binary heap over a fixed set of event sources, each of which has at most one event pending. Events pop by time, then
 * order, then source id. No allocation after construction; hot path of the simulator.
 */
export interface EventHeap {
  readonly timeUs: Float64Array;
  readonly order: Float64Array;
  clear(): void;
  size(): number;
  /** Schedules the source's only event; the source must have none pending. */
  push(source: number, timeUs: number, order: number): void;
  /** The source of the next event, without taking it; the heap must not be empty. */
  top(): number;
  pop(): number;
}

export function createEventHeap(sourceCount: number): EventHeap {
  const timeUs = new Float64Array(sourceCount);
  const order = new Float64Array(sourceCount);
  const heap = new Int32Array(sourceCount);
  let size = 0;

  const before = (a: number, b: number): boolean => {
    if (timeUs[a] !== timeUs[b]) return timeUs[a] < timeUs[b];
    if (order[a] !== order[b]) return order[a] < order[b];
    return a < b;
  };

  return {
    timeUs,
    order,
    clear() {
      size = 0;
    },
    size: () => size,
    push(source, time, rank) {
      timeUs[source] = time;
      order[source] = rank;
      let hole = size++;
      while (hole > 0) {
        const parent = (hole - 1) >> 1;
        if (!before(source, heap[parent])) break;
        heap[hole] = heap[parent];
        hole = parent;
      }
      heap[hole] = source;
    },
    top: () => heap[0],
    pop() {
      const first = heap[0];
      const moved = heap[--size];
      let hole = 0;
      for (;;) {
        let child = 2 * hole + 1;
        if (child >= size) break;
        if (child + 1 < size && before(heap[child + 1], heap[child])) child++;
        if (!before(heap[child], moved)) break;
        heap[hole] = heap[child];
        hole = child;
      }
      heap[hole] = moved;
      return first;
    },
  };
}

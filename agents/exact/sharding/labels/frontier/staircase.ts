/**
 * A frontier while it grows: points by ascending memory and strictly falling time. TensorOpt's
 * product, union and reduction are one operation here. A list that is sorted the same way is
 * shifted by a point and merged in, and what is dominated falls out.
 *
 * Sums that differ by rounding count as equal: a point needs a time below its predecessor's by more
 * than 1e-12 of it. Of equal points the earlier stays.
 */
import type { Points } from "./points.ts";

/** Points of the pool by ascending memory. */
export type Frontier = Int32Array;

export interface Staircase {
  /** Merges the points `point + each` of a list; Infinity and memory above the limit fall out. */
  merge(point: number, list: Frontier): void;
  /** Adds what is left to the pool, and empties the staircase. */
  take(): Frontier;
}

const SAME = 1e-12;

interface Steps {
  size: number;
  time: Float64Array;
  memory: Float64Array;
  left: Int32Array;
  right: Int32Array;
}

const roomFor = (size: number): Steps => ({
  size: 0,
  time: new Float64Array(size),
  memory: new Float64Array(size),
  left: new Int32Array(size),
  right: new Int32Array(size),
});

/** `slack` thins: a dropped point has a kept one, no slower, of at most 1 + slack its memory. */
export function createStaircase(points: Points, memoryLimit: number, slack: number): Staircase {
  let steps = roomFor(64);
  let other = roomFor(64);
  const append = (time: number, memory: number, left: number, right: number) => {
    const last = other.size - 1;
    if (last >= 0) {
      if (!(time < other.time[last] - SAME * other.time[last])) return;
      if (memory <= other.memory[last] * (1 + SAME)) other.size--;
    }
    const at = other.size++;
    other.time[at] = time;
    other.memory[at] = memory;
    other.left[at] = left;
    other.right[at] = right;
  };
  return {
    merge(point, list) {
      if (list.length === 0 || isBelow(steps, point, list, points)) return;
      const needed = steps.size + list.length;
      if (other.time.length < needed) other = roomFor(2 * needed);
      other.size = 0;
      const [time, memory] = [points.time(point), points.memory(point)];
      let step = 0;
      for (const each of list) {
        const [t, m] = [time + points.time(each), memory + points.memory(each)];
        if (m > memoryLimit) break;
        while (
          step < steps.size &&
          (steps.memory[step] < m || (steps.memory[step] === m && steps.time[step] <= t))
        )
          append(steps.time[step], steps.memory[step], steps.left[step], steps.right[step++]);
        if (t < Number.POSITIVE_INFINITY) append(t, m, point, each);
      }
      while (step < steps.size)
        append(steps.time[step], steps.memory[step], steps.left[step], steps.right[step++]);
      [steps, other] = [other, steps];
    },
    take() {
      const kept = slack === 0 ? Array.from({ length: steps.size }, (_, i) => i) : thinned(steps, slack);
      const { time, memory, left, right } = steps;
      const frontier = Int32Array.from(kept, (i) => points.sum(time[i], memory[i], left[i], right[i]));
      steps.size = 0;
      return frontier;
    },
  };
}

/** Whether a step is as good as the list's least memory and its least time together. */
function isBelow({ size, time, memory }: Steps, point: number, list: Frontier, points: Points): boolean {
  const leastMemory = points.memory(point) + points.memory(list[0]);
  const leastTime = points.time(point) + points.time(list[list.length - 1]);
  let [low, high] = [0, size];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (memory[middle] <= leastMemory) low = middle + 1;
    else high = middle;
  }
  return low > 0 && time[low - 1] <= leastTime;
}

/** The first point, and then the last one of each stretch whose memories are within the slack. */
function thinned({ size, memory }: Steps, slack: number): number[] {
  const kept: number[] = [];
  for (let i = 0; i < size; ) {
    const from = i;
    while (i + 1 < size && memory[i + 1] <= memory[from] * (1 + slack)) i++;
    if (from === 0 && i > 0) kept.push(0);
    kept.push(i++);
  }
  return kept;
}

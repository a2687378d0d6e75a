/**
 * The pool of all points of all frontiers: time, memory, and the two points or the choice that each
 * was made of. Points are numbers, and frontiers lists of them. A point's parts have lower numbers,
 * so one pass down the pool finds what frontiers still need.
 */

export interface Points {
  readonly size: () => number;
  time(point: number): number;
  memory(point: number): number;
  /** A choice by itself: `choice` of what `of` numbers. */
  leaf(time: number, memory: number, of: number, choice: number): number;
  /** The sum of two points; costs are given, because they have been added up already. */
  sum(time: number, memory: number, left: number, right: number): number;
  /** Drops what the frontiers are not made of, and renumbers the frontiers in place. */
  keepOnly(frontiers: Iterable<Int32Array>): void;
  /** Calls back with each choice that the point was made of. */
  choices(point: number, visit: (of: number, choice: number) => void): void;
}

const FIRST_ROOM = 1024;

export function createPoints(): Points {
  let size = 0;
  let time = new Float64Array(FIRST_ROOM);
  let memory = new Float64Array(FIRST_ROOM);
  /** Points are 0 or more; of a leaf the right one is -1 - what it is a choice of. */
  let left = new Int32Array(FIRST_ROOM);
  let right = new Int32Array(FIRST_ROOM);
  const grow = () => {
    const grown = <Values extends Float64Array | Int32Array>(old: Values, larger: Values) => {
      larger.set(old);
      return larger;
    };
    time = grown(time, new Float64Array(2 * size));
    memory = grown(memory, new Float64Array(2 * size));
    left = grown(left, new Int32Array(2 * size));
    right = grown(right, new Int32Array(2 * size));
  };
  const add = (t: number, m: number, l: number, r: number): number => {
    if (size === time.length) grow();
    [time[size], memory[size], left[size], right[size]] = [t, m, l, r];
    return size++;
  };
  return {
    size: () => size,
    time: (point) => time[point],
    memory: (point) => memory[point],
    leaf: (t, m, of, choice) => add(t, m, choice, -1 - of),
    sum: add,
    keepOnly(frontiers) {
      const all = new Set(frontiers);
      const isKept = new Uint8Array(size);
      for (const frontier of all) for (const point of frontier) isKept[point] = 1;
      for (let point = size - 1; point >= 0; point--)
        if (isKept[point] === 1 && right[point] >= 0) isKept[left[point]] = isKept[right[point]] = 1;
      const numberOf = new Int32Array(size);
      let kept = 0;
      for (let point = 0; point < size; point++) {
        if (isKept[point] === 0) continue;
        const isSum = right[point] >= 0;
        [time[kept], memory[kept]] = [time[point], memory[point]];
        left[kept] = isSum ? numberOf[left[point]] : left[point];
        right[kept] = isSum ? numberOf[right[point]] : right[point];
        numberOf[point] = kept++;
      }
      size = kept;
      for (const frontier of all)
        for (let i = 0; i < frontier.length; i++) frontier[i] = numberOf[frontier[i]];
    },
    choices(point, visit) {
      const waiting = [point];
      while (waiting.length > 0) {
        const next = waiting.pop()!;
        if (right[next] < 0) visit(-1 - right[next], left[next]);
        else waiting.push(left[next], right[next]);
      }
    },
  };
}

/**
 * The preemptive one-machine schedule of Jackson (1955; Carlier, European J. Operational Research
 * 1982): of the released ops, the one with the longest tail runs. Its latest end plus tail is the
 * least that any schedule of one machine can take, preempted or not. That equals the largest sum of
 * least head, work and least tail over all sets of the ops.
 */

export interface OneMachine {
  /** Ops on the machine so far. */
  readonly size: number;
  clear(): void;
  /** Pre: head and run time are numbers; infinite ones may be. */
  add(op: number, headUs: number, runUs: number): void;
  /** The latest end plus tail, tails by op; minus infinity without ops. */
  endUs(tailUs: Float64Array): number;
  /** A lower bound on `endUs` for any tails that are at least 0, without a schedule. */
  leastEndUs(): number;
}

export function jacksonUs(
  ops: readonly number[],
  headUs: Float64Array,
  runUs: Float64Array,
  tailUs: Float64Array,
): number {
  const machine = createOneMachine(ops.length);
  for (const op of [...ops].sort((a, b) => headUs[a] - headUs[b])) machine.add(op, headUs[op], runUs[op]);
  return Math.max(0, machine.endUs(tailUs));
}

/** A machine for at most `capacity` ops. Adding them by rising heads is cheapest. */
export function createOneMachine(capacity: number): OneMachine {
  const op = new Int32Array(capacity);
  const head = new Float64Array(capacity);
  const run = new Float64Array(capacity);
  const left = new Float64Array(capacity);
  const tail = new Float64Array(capacity);
  /** Positions of released ops, the longest tail on top. */
  const heap = new Int32Array(capacity);
  let count = 0;
  let workUs = 0;
  let waiting = 0;

  return {
    get size() {
      return count;
    },
    clear() {
      count = 0;
      workUs = 0;
    },
    add(v, headUs, runUs) {
      if (Number.isNaN(headUs + runUs)) throw new Error(`Op ${v} has head ${headUs} and run time ${runUs}.`);
      let position = count++;
      for (; position > 0 && head[position - 1] > headUs; position--) {
        op[position] = op[position - 1];
        head[position] = head[position - 1];
        run[position] = run[position - 1];
      }
      op[position] = v;
      head[position] = headUs;
      run[position] = runUs;
      workUs += runUs;
    },
    leastEndUs: () => (count === 0 ? Number.NEGATIVE_INFINITY : head[0] + workUs),
    endUs(tailUs) {
      let nowUs = Number.NEGATIVE_INFINITY;
      let latestUs = Number.NEGATIVE_INFINITY;
      for (let next = 0; next < count || waiting > 0; ) {
        if (waiting === 0) nowUs = Math.max(nowUs, head[next]);
        for (; next < count && head[next] <= nowUs; next++) {
          left[next] = run[next];
          tail[next] = tailUs[op[next]];
          pushLongest(heap, waiting++, tail, next);
        }
        const top = heap[0];
        const untilUs = next < count ? head[next] : Number.POSITIVE_INFINITY;
        if (nowUs + left[top] > untilUs) {
          left[top] -= untilUs - nowUs;
          nowUs = untilUs;
          continue;
        }
        popLongest(heap, --waiting, tail);
        nowUs += left[top];
        latestUs = Math.max(latestUs, nowUs + tail[top]);
      }
      return latestUs;
    },
  };
}

/** Adds a position to a heap of `size`. */
function pushLongest(heap: Int32Array, size: number, tail: Float64Array, position: number): void {
  let i = size;
  for (; i > 0 && tail[heap[(i - 1) >> 1]] < tail[position]; i = (i - 1) >> 1) heap[i] = heap[(i - 1) >> 1];
  heap[i] = position;
}

/** Removes the top of a heap that is left with `size`. */
function popLongest(heap: Int32Array, size: number, tail: Float64Array): void {
  const last = heap[size];
  let i = 0;
  for (let child = 1; child < size; child = 2 * i + 1) {
    if (child + 1 < size && tail[heap[child + 1]] > tail[heap[child]]) child++;
    if (tail[heap[child]] <= tail[last]) break;
    heap[i] = heap[child];
    i = child;
  }
  heap[i] = last;
}

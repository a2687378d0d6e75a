/**
 * The topological order of a graph that is being built, or the sentence that spells out a cycle.
 */
import { InputError } from "../errors.ts";

/**
 * Kahn's algorithm with a binary heap of ids, so that the order is unique. Throws a sentence that
 * spells out a cycle.
 */
export function topologicalOrder(
  ops: readonly { readonly name: string }[],
  inStart: Int32Array,
  edgeDestination: Int32Array,
  edgeSource: Int32Array,
  outStart: Int32Array,
  outEdge: Int32Array,
): Int32Array {
  const n = ops.length;
  const waiting = new Int32Array(n);
  for (let v = 0; v < n; v++) waiting[v] = inStart[v + 1] - inStart[v];
  const heap = new Int32Array(n);
  let size = 0;
  const push = (v: number) => {
    let i = size++;
    while (i > 0 && heap[(i - 1) >> 1] > v) {
      heap[i] = heap[(i - 1) >> 1];
      i = (i - 1) >> 1;
    }
    heap[i] = v;
  };
  const pop = (): number => {
    const top = heap[0];
    const last = heap[--size];
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= size) break;
      if (child + 1 < size && heap[child + 1] < heap[child]) child++;
      if (heap[child] >= last) break;
      heap[i] = heap[child];
      i = child;
    }
    heap[i] = last;
    return top;
  };
  for (let v = 0; v < n; v++) if (waiting[v] === 0) push(v);
  const order = new Int32Array(n);
  let placed = 0;
  while (size > 0) {
    const v = pop();
    order[placed++] = v;
    for (let i = outStart[v]; i < outStart[v + 1]; i++) {
      const w = edgeDestination[outEdge[i]];
      if (--waiting[w] === 0) push(w);
    }
  }
  if (placed < n) throw new InputError(describeCycle(ops, waiting, inStart, edgeSource));
  return order;
}

function describeCycle(
  ops: readonly { readonly name: string }[],
  waiting: Int32Array,
  inStart: Int32Array,
  edgeSource: Int32Array,
): string {
  const seenAt = new Map<number, number>();
  const path: number[] = [];
  let v = waiting.findIndex((count) => count > 0);
  while (!seenAt.has(v)) {
    seenAt.set(v, path.length);
    path.push(v);
    for (let e = inStart[v]; e < inStart[v + 1]; e++) {
      if (waiting[edgeSource[e]] > 0) {
        v = edgeSource[e];
        break;
      }
    }
  }
  const found = path.slice(seenAt.get(v)).reverse();
  const first = found.indexOf(Math.min(...found));
  const cycle = [...found.slice(first), ...found.slice(0, first)];
  const shown = cycle.slice(0, 6).map((op) => `"${ops[op].name}"`);
  if (cycle.length > 6) shown.push(`... ${cycle.length - 6} more ...`);
  shown.push(`"${ops[cycle[0]].name}"`);
  return `The graph has a cycle: ${shown.join(" -> ")}; every edge must lead forward.`;
}

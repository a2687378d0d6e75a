/**
 * The best way to deal what two devices hold out to the two anew, all others staying, for max load:
 * a neighbourhood too large to try move by move. Element by element in a fixed order, to the one or
 * to the other; choices that agree on the nets still open share a node (as in
 * agents/exact/cover/device-sets.ts), which keeps of each load of the first device the least of the
 * second.
 *
 * Loads of the first device are told apart in `buckets`, so that the answer may be a little worse
 * than the best one; it is never wrong. Memory is left to the caller.
 */

import type { DeviceTimes } from "../../problems/element-times.ts";
import type { SplitProblem } from "../../problems/split-problem.ts";

export interface PairLimits {
  /** Nodes beyond which a pair is given up. */
  readonly nodes: number;
  /** Loads of the first device that a node tells apart. */
  readonly buckets: number;
}

export interface PairSplit {
  /** The larger load of the two. */
  readonly us: number;
  /** The elements of both, and the device of each. */
  readonly elements: readonly number[];
  readonly deviceOf: Int32Array;
}

/** What an open net has seen so far, as bits. */
const ON_FIRST = 1;
const ON_SECOND = 2;

interface Node {
  readonly open: ReadonlyMap<number, number>;
  /** Labels labelStart .. labelEnd of it. */
  labelStart: number;
  labelEnd: number;
}

interface Arc {
  readonly from: Node;
  readonly toSecond: 0 | 1;
  readonly firstUs: number;
  readonly secondUs: number;
}

/** A split whose larger load is below `upperUs`, or null where none is found. */
export function splitPair(
  problem: SplitProblem,
  { deviceCount, timeUs, pays }: DeviceTimes,
  order: Int32Array,
  assigned: ArrayLike<number>,
  [first, second]: readonly [number, number],
  upperUs: number,
  limits: PairLimits,
): PairSplit | null {
  if (upperUs <= 0) return null;
  const { nets } = problem;
  const elements = [...order].filter((v) => assigned[v] === first || assigned[v] === second);
  const { last, reachesOut } = extentsWithin(problem, elements);
  const labels = createLabels(limits.buckets, upperUs);
  let layer: Node[] = [{ open: new Map(), labelStart: 0, labelEnd: 1 }];
  let nodes = 1;
  for (const [i, v] of elements.entries()) {
    const entered = new Map<string, { node: Node; arcs: Arc[] }>();
    for (const from of layer)
      for (const toSecond of [0, 1] as const) {
        const open = new Map(from.open);
        const seen = toSecond === 0 ? ON_FIRST : ON_SECOND;
        let firstUs = toSecond === 0 ? timeUs[v * deviceCount + first] : 0;
        let secondUs = toSecond === 1 ? timeUs[v * deviceCount + second] : 0;
        for (let j = nets.elementStart[v]; j < nets.elementStart[v + 1]; j++) {
          const h = nets.ofElement[j];
          const before = open.get(h) ?? 0;
          const after = before | seen;
          if (after !== before) {
            // A net that lies within the two is paid by both once it is on both, any other one by
            // whoever holds some of it.
            const both = reachesOut[h] === 0 && after === (ON_FIRST | ON_SECOND);
            const us = nets.transferUs[h];
            if (both || (reachesOut[h] === 1 && toSecond === 0)) firstUs += us * pays[first];
            if (both || (reachesOut[h] === 1 && toSecond === 1)) secondUs += us * pays[second];
          }
          if (last[h] === i) open.delete(h);
          else open.set(h, after);
        }
        const key = [...open].map(([h, status]) => 4 * h + status).join();
        const known = entered.get(key) ?? { node: { open, labelStart: 0, labelEnd: 0 }, arcs: [] };
        entered.set(key, known);
        known.arcs.push({ from, toSecond, firstUs, secondUs });
      }
    layer = [];
    for (const { node, arcs } of entered.values()) if (labels.join(node, arcs)) layer.push(node);
    nodes += layer.length;
    if (layer.length === 0 || nodes > limits.nodes) return null;
  }
  return labels.best(layer, elements, [first, second]);
}

/** Position of the last element of each net, and 1 for nets that have elements elsewhere. */
function extentsWithin({ nets }: SplitProblem, elements: readonly number[]) {
  const last = new Int32Array(nets.count).fill(-1);
  const inside = new Int32Array(nets.count);
  for (const [i, v] of elements.entries())
    for (let j = nets.elementStart[v]; j < nets.elementStart[v + 1]; j++) {
      last[nets.ofElement[j]] = i;
      inside[nets.ofElement[j]]++;
    }
  const reachesOut = Uint8Array.from(inside, (count, h) =>
    Number(count < nets.pinStart[h + 1] - nets.pinStart[h]),
  );
  return { last, reachesOut };
}

/** Loads of both devices behind each node, none of which is worse than another in both. */
function createLabels(buckets: number, upperUs: number) {
  const firstUs = [0];
  const secondUs = [0];
  const parent = [-1];
  const choice = [0];
  const leastUs = new Float64Array(buckets);
  const source = new Int32Array(buckets);
  const sourceArc = new Int32Array(buckets);
  return {
    /** Gives a node the labels of its arcs; false where there are none. */
    join(node: Node, arcs: readonly Arc[]): boolean {
      leastUs.fill(upperUs);
      arcs.forEach((arc, a) => {
        for (let i = arc.from.labelStart; i < arc.from.labelEnd; i++) {
          const us = firstUs[i] + arc.firstUs;
          if (us >= upperUs) break;
          const bucket = Math.floor((us / upperUs) * buckets);
          const otherUs = secondUs[i] + arc.secondUs;
          if (otherUs >= leastUs[bucket]) continue;
          leastUs[bucket] = otherUs;
          source[bucket] = i;
          sourceArc[bucket] = a;
        }
      });
      node.labelStart = firstUs.length;
      let least = upperUs;
      for (let bucket = 0; bucket < buckets; bucket++) {
        if (leastUs[bucket] >= least) continue;
        least = leastUs[bucket];
        const arc = arcs[sourceArc[bucket]];
        firstUs.push(firstUs[source[bucket]] + arc.firstUs);
        secondUs.push(least);
        parent.push(source[bucket]);
        choice.push(arc.toSecond);
      }
      node.labelEnd = firstUs.length;
      return node.labelEnd > node.labelStart;
    },
    best(nodes: readonly Node[], elements: readonly number[], pair: readonly [number, number]): PairSplit {
      let end = -1;
      const largerUs = (i: number) => Math.max(firstUs[i], secondUs[i]);
      for (const { labelStart, labelEnd } of nodes)
        for (let i = labelStart; i < labelEnd; i++) if (end === -1 || largerUs(i) < largerUs(end)) end = i;
      const deviceOf = new Int32Array(elements.length);
      for (let k = elements.length - 1, i = end; k >= 0; k--, i = parent[i]) deviceOf[k] = pair[choice[i]];
      return { us: largerUs(end), elements, deviceOf };
    },
  };
}

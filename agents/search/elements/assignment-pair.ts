/**
 * The best split of the elements of two devices between the two, for max load. All other elements
 * are fixed. The neighbourhood is too large to try move by move.
 *
 * Elements are decided in a fixed order, each to the first device or to the second. Partial splits
 * that agree on the nets still open share a node, as in agents/exact/cover/device-sets.ts. Each
 * node keeps, for every load of the first device, the least load of the second.
 *
 * Loads of the first device are rounded into `buckets`, so that the split may be a little worse
 * than the best one. Its loads are exact. The caller checks memory.
 */

import type { DeviceTimes } from "../../problems/split/element-times.ts";
import type { SplitProblem } from "../../problems/split/split-problem.ts";

export interface PairLimits {
  /** A pair with more nodes is given up. */
  readonly nodes: number;
  /** Number of loads of the first device that a node distinguishes. */
  readonly buckets: number;
}

/** The elements of two devices, to be split again. */
export interface Pair {
  readonly devices: readonly [first: number, second: number];
  /** All elements, in the order of their decisions. */
  readonly order: Int32Array;
  /** Device of each element now. */
  readonly assigned: ArrayLike<number>;
  /** The larger load must be below. */
  readonly upperUs: number;
}

export interface PairSplit {
  /** The larger load of the two. */
  readonly us: number;
  /** The elements of both, and the device of each. */
  readonly elements: readonly number[];
  readonly deviceOf: Int32Array;
}

/** Where an open net has elements so far, as bits. */
const ON_FIRST = 1;
const ON_SECOND = 2;

/** Open nets, each with its bits. */
type OpenNets = ReadonlyMap<number, number>;

interface Node {
  readonly open: OpenNets;
  /** Labels labelStart .. labelEnd of it. */
  labelStart: number;
  labelEnd: number;
}

/** What a decision adds to the loads. */
interface Decision {
  readonly toSecond: 0 | 1;
  readonly firstUs: number;
  readonly secondUs: number;
}

interface Arc extends Decision {
  readonly from: Node;
}

/** A split whose larger load is below `upperUs`, or null if none is found. */
export function splitPair(
  problem: SplitProblem,
  times: DeviceTimes,
  { devices, order, assigned, upperUs }: Pair,
  limits: PairLimits,
): PairSplit | null {
  if (upperUs <= 0) return null;
  const [first, second] = devices;
  const elements = [...order].filter((v) => assigned[v] === first || assigned[v] === second);
  const decide = decider(problem, times, elements, devices);
  const labels = createLabels(limits.buckets, upperUs);
  let layer: Node[] = [{ open: new Map(), labelStart: 0, labelEnd: 1 }];
  let nodes = 1;
  for (let i = 0; i < elements.length; i++) {
    const entered = new Map<string, { node: Node; arcs: Arc[] }>();
    for (const from of layer)
      for (const toSecond of [0, 1] as const) {
        const { open, ...decision } = decide(i, from.open, toSecond);
        const key = [...open].map(([h, bits]) => 4 * h + bits).join();
        const known = entered.get(key) ?? { node: { open, labelStart: 0, labelEnd: 0 }, arcs: [] };
        entered.set(key, known);
        known.arcs.push({ ...decision, from });
      }
    layer = [];
    for (const { node, arcs } of entered.values()) if (labels.join(node, arcs)) layer.push(node);
    nodes += layer.length;
    if (layer.length === 0 || nodes > limits.nodes) return null;
  }
  return labels.best(layer, elements, devices);
}

/**
 * A function that adds the i-th element to one of the two devices. It returns the nets that are
 * open then, and the times that the decision adds.
 */
function decider(
  problem: SplitProblem,
  { deviceCount, timeUs, pays }: DeviceTimes,
  elements: readonly number[],
  [first, second]: Pair["devices"],
): (i: number, before: OpenNets, toSecond: 0 | 1) => Decision & { open: OpenNets } {
  const { elementStart, ofElement, transferUs } = problem.nets;
  const { last, reachesOut } = extentsWithin(problem, elements);
  return (i, before, toSecond) => {
    const v = elements[i];
    const bit = toSecond === 0 ? ON_FIRST : ON_SECOND;
    const open = new Map(before);
    let firstUs = toSecond === 0 ? timeUs[v * deviceCount + first] : 0;
    let secondUs = toSecond === 1 ? timeUs[v * deviceCount + second] : 0;
    for (let j = elementStart[v]; j < elementStart[v + 1]; j++) {
      const h = ofElement[j];
      const bitsBefore = open.get(h) ?? 0;
      const bits = bitsBefore | bit;
      if (bits !== bitsBefore) {
        // Both devices pay a net within the pair once it is on both. Each device pays any other net
        // once it holds some of it.
        const both = reachesOut[h] === 0 && bits === (ON_FIRST | ON_SECOND);
        if (both || (reachesOut[h] === 1 && toSecond === 0)) firstUs += transferUs[h] * pays[first];
        if (both || (reachesOut[h] === 1 && toSecond === 1)) secondUs += transferUs[h] * pays[second];
      }
      if (last[h] === i) open.delete(h);
      else open.set(h, bits);
    }
    return { open, toSecond, firstUs, secondUs };
  };
}

/** Position of the last element of each net, and 1 for nets with elements on other devices. */
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

/** The Pareto-optimal loads of both devices at each node. */
function createLabels(buckets: number, upperUs: number) {
  const firstUs = [0];
  const secondUs = [0];
  const parent = [-1];
  const choice = [0];
  const leastUs = new Float64Array(buckets);
  const source = new Int32Array(buckets);
  const sourceArc = new Int32Array(buckets);
  return {
    /** Makes the labels of a node from its arcs; false if there are none. */
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
    best(nodes: readonly Node[], elements: readonly number[], pair: Pair["devices"]): PairSplit {
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
